import type { Actor } from '../domain/actor.ts';
import { invalidArgument } from '../domain/errors.ts';
import type { ModelVersion } from '../domain/model-version.ts';
import { type Slot, stageSlot } from '../domain/slot.ts';
import { fromMlflowStage, type MlflowStage, type Stage, toMlflowStage } from '../domain/stage.ts';
import type { VersionRecord } from '../domain/version-record.ts';
import { recordEvent } from './audit.ts';
import { versionObject } from './audit-object.ts';
import { lockModel, requireRecord } from './model-identity.ts';
import { requireVersion } from './model-version.ts';
import type { PendingSeal } from './ports/seal.ts';
import type { Deps, Writer } from './ports.ts';
import { authorizeChange } from './registered-model.ts';
import { completeSeal, freezeOpenVersion } from './seal.ts';

/** No stage that is to be emptied holds more versions than this at once. */
const DISPLACED_LIMIT = 100_000;

/** MLflow: only these can be emptied by the newcomer. */
const ACTIVE_STAGES: readonly MlflowStage[] = ['Staging', 'Production'];

export interface Transition {
  readonly name: string;
  readonly version: number;
  readonly to: Stage;
  /** Whether other versions in the target stage are archived in the same transaction. */
  readonly displace: boolean;
  readonly reason: string | null;
}

export interface TransitionResult {
  readonly from: Stage;
  readonly version: ModelVersion;
  /** Versions that had to leave the target stage, and where they went. */
  readonly displaced: readonly { readonly version: number; readonly to: Stage }[];
  /** The version's files when they were frozen by this change and still have to be sealed. */
  readonly pendingSeal: PendingSeal | null;
}

/**
 * Moves a version to a stage, under the open policy: every change at once. Version, displaced versions and
 * history change in one transaction. Moving to the stage where it is changes only MLflow's update time.
 * @throws `model_not_found`, `version_not_found`.
 */
export async function transitionVersion(
  deps: Deps,
  actor: Actor,
  input: Transition,
): Promise<TransitionResult> {
  authorizeChange(actor, 'request-transition', input.name);
  return sealAfter(deps, await deps.store.write((writer) => transitionInUnit(deps, writer, actor, input)));
}

/** Seals at once what a transition froze, when every hash is known; else the job does. */
export async function sealAfter<T extends { readonly pendingSeal: PendingSeal | null }>(
  deps: Deps,
  moved: T,
): Promise<T> {
  if (moved.pendingSeal !== null) await completeSeal(deps, moved.pendingSeal, { onlyKnown: true });
  return moved;
}

/**
 * The same as MLflow's clients ask for it. Archived on a deprecated version leaves the mark; any other stage
 * lifts it. @throws `invalid_argument`, `version_not_found`.
 */
export async function transitionMlflowStage(
  deps: Deps,
  actor: Actor,
  input: { name: string; version: number; stage: MlflowStage; archiveExisting: boolean },
): Promise<ModelVersion> {
  const { name, version, stage, archiveExisting } = input;
  if (archiveExisting && !ACTIVE_STAGES.includes(stage))
    throw invalidArgument(
      `Model version transition cannot archive existing model versions because '${stage}' is not an Active stage. Valid stages are ['Staging', 'Production']`,
      'archive_existing_versions',
    );
  authorizeChange(actor, 'request-transition', name);
  const moved = await deps.store.write(async (writer) => {
    const record = stage === 'Archived' ? await writer.versionRecords.find(name, version) : null;
    const current = await requireVersion(writer, name, version);
    const to = fromMlflowStage(stage, current.stage === 'Archived' && record?.deprecated);
    return transitionInUnit(deps, writer, actor, {
      name,
      version,
      to,
      displace: archiveExisting,
      reason: null,
    });
  });
  return (await sealAfter(deps, moved)).version;
}

/** The transition in the caller's unit of work, already authorized. */
export async function transitionInUnit(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  input: Transition,
): Promise<TransitionResult> {
  const { name, version, to } = input;
  const identity = await lockModelOfVersion(deps, writer, name, version);
  await requireRecord(deps, writer, { model: identity, version });
  const current = await requireVersion(writer, name, version);
  const record = await writer.versionRecords.find(name, version);
  const from = fromMlflowStage(current.stage, record?.deprecated);
  const nowMs = deps.clock.now();
  const others = input.displace ? await holdersToDisplace(writer, name, version, to) : [];
  const displacedTo: Stage = 'archived';
  const atMs = await writer.slots.nextInstant(
    identity.modelId,
    [stageSlot(to), stageSlot(from), ...(others.length > 0 ? [stageSlot(displacedTo)] : [])],
    nowMs,
  );
  const change = { modelId: identity.modelId, atMs, actor: actor.subjectId, reason: input.reason };

  for (const other of others) {
    await requireRecord(deps, writer, { model: identity, version: other });
    await recordMove(writer, change, { version: other, to: displacedTo, origin: 'displaced' });
    await recordEvent(deps, writer, actor, {
      action: 'model_version.transition',
      object: versionObject(identity, other),
      reason: `displaced by version ${version}`,
      before: { stage: to },
      after: { stage: displacedTo },
    });
  }
  if (others.length > 0) await writer.modelVersions.setStage(name, others, toMlflowStage(displacedTo), nowMs);
  const leaves = from === 'development' && to !== 'development' && record?.seal === 'open';
  const pendingSeal = leaves ? await freezeOpenVersion(deps, writer, identity.modelId, current) : null;
  if (from !== to) {
    await recordMove(writer, change, { version, to, origin: 'direct' });
    await writer.versionRecords.setDeprecated(identity.modelId, version, to === 'deprecated');
    await recordEvent(deps, writer, actor, {
      action: 'model_version.transition',
      object: versionObject(identity, version, record?.digest ?? null),
      reason: input.reason,
      before: { stage: from },
      after: { stage: to },
    });
  }
  await writer.modelVersions.setStage(name, [version], toMlflowStage(to), nowMs);
  await writer.registeredModels.touch(name, nowMs);
  return {
    from,
    version: await requireVersion(writer, name, version),
    displaced: others.map((other) => ({ version: other, to: displacedTo })),
    pendingSeal,
  };
}

/** Closes whatever stage interval is open (also one from outside that we had not seen) and opens the new one. */
async function recordMove(
  writer: Writer,
  change: { modelId: string; atMs: number; actor: string; reason: string | null },
  move: { version: number; to: Stage; origin: 'direct' | 'displaced' },
): Promise<void> {
  const open: Slot[] = await writer.slots.listStageSlots(change.modelId, move.version);
  for (const slot of open) await writer.slots.leave(change, slot, move.version);
  await writer.slots.enter(change, stageSlot(move.to), move.version, move.origin);
}

async function holdersToDisplace(
  writer: Writer,
  name: string,
  version: number,
  to: Stage,
): Promise<number[]> {
  const holders = await writer.modelVersions.listNumbersInStage(name, toMlflowStage(to), DISPLACED_LIMIT);
  return holders.filter((holder) => holder !== version);
}

/** MLflow: an absent model shows as the absent version. */
async function lockModelOfVersion(deps: Deps, writer: Writer, name: string, version: number) {
  await requireVersion(writer, name, version);
  return lockModel(deps, writer, name);
}

/** The stage of a version as our API names it. */
export function stageOf(version: ModelVersion, record: VersionRecord | null | undefined): Stage {
  return fromMlflowStage(version.stage, record?.deprecated ?? false);
}
