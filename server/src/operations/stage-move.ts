import type { Actor } from '../domain/actor.ts';
import type { ModelVersion } from '../domain/model-version.ts';
import { aliasSlot, type Slot, type SlotOrigin, stageSlot } from '../domain/slot.ts';
import { type Stage, toMlflowStage } from '../domain/stage.ts';
import { spellingOf } from './alias-move.ts';
import type { LockedTransition } from './asked-change.ts';
import { recordEvent } from './audit.ts';
import { aliasObject, versionObject } from './audit-object.ts';
import { requireRecord } from './model-identity.ts';
import { requireVersion } from './model-version.ts';
import type { PendingSeal } from './ports/seal.ts';
import type { Deps, Writer } from './ports.ts';
import { freezeOpenVersion } from './seal.ts';

/** No stage that is to be emptied holds more versions than this at once. */
const DISPLACED_LIMIT = 100_000;

/** A change of stage that has been judged. */
export interface StageMove extends Omit<LockedTransition, 'reasonPath' | 'target'> {
  readonly origin: Extract<SlotOrigin, 'direct' | 'request' | 'forced' | 'rollback' | 'retention'>;
  readonly requestId: string | null;
  /** Where the others in the stage go; null: they stay. */
  readonly displacedTo: Stage | null;
}

export interface Moved {
  readonly version: ModelVersion;
  readonly displaced: readonly { readonly version: number; readonly to: Stage }[];
  /** The version's files when they were frozen by this change and still have to be sealed. */
  readonly pendingSeal: PendingSeal | null;
}

interface Instant {
  readonly modelId: string;
  readonly atMs: number;
  readonly actor: string;
  readonly reason: string | null;
  readonly requestId: string | null;
}

/**
 * Moves a version, and whoever it displaces, at one instant, and what follows the stages. Moving to the stage where it is
 * changes only MLflow's update time. In the caller's unit of work, whose model is locked.
 */
export async function moveInUnit(deps: Deps, writer: Writer, actor: Actor, move: StageMove): Promise<Moved> {
  const { identity, version: current, record, from, to, displacedTo } = move;
  const { name, modelId } = identity;
  const { version } = current;
  const nowMs = deps.clock.now();
  const others = displacedTo === null ? [] : await othersIn(writer, name, version, to);
  const slots = [to, from, ...(others.length > 0 && displacedTo !== null ? [displacedTo] : [])].map(
    stageSlot,
  );
  const atMs = await writer.slots.nextInstant(modelId, slots, nowMs);
  const { reason, requestId } = move;
  const instant: Instant = { modelId, atMs, actor: actor.subjectId, reason, requestId };
  if (displacedTo !== null)
    await displace(deps, writer, actor, { move, others, displacedTo, instant, nowMs });
  const leaves = from === 'development' && to !== 'development' && record?.seal === 'open';
  const pendingSeal = leaves ? await freezeOpenVersion(deps, writer, modelId, current) : null;
  if (from !== to) {
    await enter(writer, instant, { version, to, origin: move.origin });
    await writer.versionRecords.setDeprecated(modelId, version, to === 'deprecated');
    await recordEvent(deps, writer, actor, {
      action: 'model_version.transition',
      object: versionObject(identity, version, record?.digest ?? null),
      reason,
      before: { stage: from },
      after: {
        stage: to,
        ...(requestId !== null && { request_id: requestId }),
        ...(move.origin !== 'direct' && { origin: move.origin }),
      },
    });
  }
  await writer.modelVersions.setStage(name, [version], toMlflowStage(to), nowMs);
  await writer.registeredModels.touch(name, nowMs);
  await followStages(deps, writer, actor, { move, instant });
  return {
    version: await requireVersion(writer, name, version),
    displaced: others.map((other) => ({ version: other, to: displacedTo ?? to })),
    pendingSeal,
  };
}

async function displace(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  {
    move,
    others,
    displacedTo,
    instant,
    nowMs,
  }: { move: StageMove; others: readonly number[]; displacedTo: Stage; instant: Instant; nowMs: number },
): Promise<void> {
  const { identity, version, to } = move;
  for (const other of others) {
    await requireRecord(deps, writer, { model: identity, version: other });
    await enter(writer, instant, { version: other, to: displacedTo, origin: 'displaced' });
    await recordEvent(deps, writer, actor, {
      action: 'model_version.transition',
      object: versionObject(identity, other),
      reason: `displaced by version ${version.version}`,
      before: { stage: to },
      after: { stage: displacedTo },
    });
  }
  if (others.length > 0)
    await writer.modelVersions.setStage(identity.name, others, toMlflowStage(displacedTo), nowMs);
}

/** Closes whatever stage interval is open (also one from outside that we had not seen) and opens the new one. */
async function enter(
  writer: Writer,
  instant: Instant,
  { version, to, origin }: { version: number; to: Stage; origin: SlotOrigin },
): Promise<void> {
  const open: Slot[] = await writer.slots.listStageSlots(instant.modelId, version);
  for (const slot of open) await writer.slots.leave(instant, slot, version);
  await writer.slots.enter(instant, stageSlot(to), version, origin);
}

async function othersIn(writer: Writer, name: string, version: number, to: Stage): Promise<number[]> {
  const holders = await writer.modelVersions.listNumbersInStage(name, toMlflowStage(to), DISPLACED_LIMIT);
  return holders.filter((holder) => holder !== version);
}

/** An alias that follows a stage is made, moved and deleted with it. */
async function followStages(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  { move, instant }: { readonly move: StageMove; readonly instant: Instant },
): Promise<void> {
  const { identity, governing } = move;
  const { name, modelId } = identity;
  for (const [wanted, rule] of governing.policy.aliases) {
    if (rule.kind !== 'follows') continue;
    const alias = await spellingOf(writer, name, wanted);
    const held = await writer.aliases.find(name, alias);
    const [holder = null] = await writer.slots.listHolders(modelId, stageSlot(rule.stage));
    if (held === holder) continue;
    const slot = aliasSlot(alias);
    const atMs = Math.max(instant.atMs, await writer.slots.nextInstant(modelId, [slot], instant.atMs));
    if (held !== null) await writer.slots.leave({ ...instant, atMs }, slot, held);
    if (holder === null) await writer.aliases.delete(name, alias);
    else {
      await writer.slots.enter({ ...instant, atMs }, slot, holder, move.origin);
      await writer.aliases.set(name, alias, holder);
    }
    await recordEvent(deps, writer, actor, {
      action: holder === null ? 'alias.delete' : 'alias.set',
      object: aliasObject(identity, holder ?? held ?? 0),
      reason: `follows ${rule.stage}`,
      before: { alias, version: held },
      ...(holder !== null && { after: { alias, version: holder } }),
    });
  }
}
