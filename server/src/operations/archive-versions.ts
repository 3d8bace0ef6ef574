import type { Actor } from '../domain/actor.ts';
import type { Stage } from '../domain/stage.ts';
import { toMlflowStage } from '../domain/stage.ts';
import { archiveInUnit } from './archive-move.ts';
import { findKeepers, whyKept } from './keeper.ts';
import type { Deps, Reader } from './ports.ts';
import { authorizeChange } from './registered-model.ts';
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
    const identity = await reader.versionRecords.findIdentity(name);
    // A model without identity was never touched here, so that nothing of ours keeps it.
    const keepers = identity === null ? null : await findKeepers(deps, reader, identity);
    const limit = keepLatest + AT_ONCE;
    const versions = await reader.modelVersions.listNumbersInStage(name, toMlflowStage(stage), limit);
    const reason = `one of the ${keepLatest} newest in ${stage}`;
    const others = versions.slice(keepLatest).map((version) => ({
      version,
      reason: keepers === null ? null : whyKept(keepers, version),
    }));
    return {
      archived: others.filter((one) => one.reason === null).map(({ version }) => version),
      kept: [
        ...versions.slice(0, keepLatest).map((version) => ({ version, reason })),
        ...others.flatMap(({ version, reason: why }) => (why === null ? [] : [{ version, reason: why }])),
      ],
    };
  };
  if (dryRun) return deps.store.read(plan);
  return deps.store.write(async (writer) => {
    const planned = await plan(writer);
    const archived: number[] = [];
    const kept = [...planned.kept];
    const why = `all but the ${keepLatest} newest in ${stage}`;
    for (const version of planned.archived) {
      const refusal = await archiveInUnit(deps, writer, actor, { name, version, reason: why });
      if (refusal === null) archived.push(version);
      else kept.push({ version, reason: refusal });
    }
    return { archived, kept };
  });
}
