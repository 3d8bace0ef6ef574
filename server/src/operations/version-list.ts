import type { Actor } from '../domain/actor.ts';
import type { Stage } from '../domain/stage.ts';
import type { Deps } from './ports.ts';
import { authorizeRead } from './registered-model.ts';
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
}

export interface VersionList {
  /** Newest first. */
  readonly versions: readonly VersionView[];
  /** `before` of the next page; null at the end. */
  readonly nextBefore: number | null;
  /** All versions that the query is about, whatever the page. */
  readonly total: number;
}

/** A page of a model's versions, in a constant number of statements. @throws `model_not_found`. */
export async function listVersions(deps: Deps, actor: Actor, query: VersionQuery): Promise<VersionList> {
  const { name, stage, before, limit } = query;
  authorizeRead(actor, name);
  return deps.store.read(async (reader) => {
    await requireModel(reader, name);
    const found = await reader.modelVersions.listPage(name, { stage, before, limit: limit + 1 });
    const page = found.slice(0, limit);
    const views = await viewVersions(reader, actor, { name, versions: page, withRuns: query.withRuns });
    return {
      versions: views,
      nextBefore: found.length > limit ? (page.at(-1)?.version ?? null) : null,
      total: await reader.modelVersions.count(name, stage),
    };
  });
}
