import type { Actor } from '../domain/actor.ts';
import type { Stage } from '../domain/stage.ts';
import { toMlflowStage } from '../domain/stage.ts';
import type { Deps, Reader } from './ports.ts';
import { authorizeChange } from './registered-model.ts';
import { transitionInUnit } from './transition.ts';
import { requireModel } from './visibility.ts';

export interface ArchiveRequest {
  readonly name: string;
  readonly stage: Extract<Stage, 'development' | 'staging'>;
  /** How many of the newest stay. */
  readonly keepLatest: number;
  /** Tells what would happen and changes nothing. */
  readonly dryRun: boolean;
}

export interface Archived {
  /** Newest first. */
  readonly archived: readonly number[];
  readonly kept: readonly { readonly version: number; readonly reason: string }[];
}

/** More at once would hold the writer too long; asking again goes on. */
const AT_ONCE = 10_000;

/** Archives all but the newest versions of a stage, in one transaction. @throws `model_not_found`. */
export async function archiveVersions(deps: Deps, actor: Actor, input: ArchiveRequest): Promise<Archived> {
  const { name, stage, keepLatest, dryRun } = input;
  authorizeChange(actor, 'request-transition', name);
  const plan = async (reader: Reader): Promise<Archived> => {
    await requireModel(reader, name);
    const limit = keepLatest + AT_ONCE;
    const versions = await reader.modelVersions.listNumbersInStage(name, toMlflowStage(stage), limit);
    const reason = `one of the ${keepLatest} newest in ${stage}`;
    return {
      archived: versions.slice(keepLatest),
      kept: versions.slice(0, keepLatest).map((version) => ({ version, reason })),
    };
  };
  if (dryRun) return deps.store.read(plan);
  return deps.store.write(async (writer) => {
    const planned = await plan(writer);
    for (const version of planned.archived)
      await transitionInUnit(deps, writer, actor, {
        name,
        version,
        to: 'archived',
        displace: false,
        reason: `all but the ${keepLatest} newest in ${stage}`,
      });
    return planned;
  });
}
