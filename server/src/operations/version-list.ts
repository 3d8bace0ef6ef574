import type { Actor } from '../domain/actor.ts';
import type { Stage } from '../domain/stage.ts';
import type { Tombstone } from '../domain/tombstone.ts';
import type { Deps } from './ports.ts';
import { authorizeRead } from './registered-model.ts';
import { tombstonesOf } from './tombstone.ts';
import { type VersionView, viewVersions } from './version-view.ts';
import { requireModel } from './visibility.ts';

export interface VersionQuery {
  readonly name: string;
  /** Null: every stage. */
  readonly stage: Stage | null;
  /** Only versions below this number; null: from the newest. */
  readonly before: number | null;
  readonly limit: number;
  /** Whether metrics and hyperparameters are wanted. */
  readonly withRuns: boolean;
  /** Whether deleted versions have a place in the pages; a deleted version is in no stage. */
  readonly withTombstones: boolean;
}

export interface VersionList {
  /** Newest first. */
  readonly versions: readonly VersionView[];
  /** Newest first; each falls into the page's range of numbers. */
  readonly tombstones: readonly { readonly version: number; readonly tombstone: Tombstone }[];
  /** `before` of the next page; null at the end. */
  readonly nextBefore: number | null;
  /** All living versions that the query is about, whatever the page. */
  readonly total: number;
}

/**
 * A page of a model's versions, and of its tombstones, if wanted: `limit` of both together, in a constant number
 * of statements. @throws `model_not_found`.
 */
export async function listVersions(deps: Deps, actor: Actor, query: VersionQuery): Promise<VersionList> {
  const { name, stage, before, limit } = query;
  authorizeRead(actor, name);
  return deps.store.read(async (reader) => {
    await requireModel(reader, name);
    const page = { before, limit: limit + 1 };
    const found = await reader.modelVersions.listPage(name, { stage, ...page });
    const dead =
      query.withTombstones && stage === null ? await reader.versionRecords.listTombstones(name, page) : [];
    const numbers = [...found, ...dead].map(({ version }) => version).sort((a, b) => b - a);
    const last = numbers.slice(0, limit).at(-1) ?? 0;
    const versions = found.filter(({ version }) => version >= last);
    return {
      versions: await viewVersions(reader, actor, { name, versions, withRuns: query.withRuns }),
      tombstones: await tombstonesOf(
        reader,
        dead.filter(({ version }) => version >= last),
      ),
      nextBefore: numbers.length > limit ? last : null,
      total: await reader.modelVersions.count(name, stage),
    };
  });
}
