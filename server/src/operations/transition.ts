import type { Actor } from '../domain/actor.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import type { ModelVersion } from '../domain/model-version.ts';
import { type SlotOrigin, stageSlot } from '../domain/slot.ts';
import { fromMlflowStage, type MlflowStage, type Stage } from '../domain/stage.ts';
import { type AskedChange, type LockedTransition, lockChange } from './asked-change.ts';
import { requireVersion } from './model-version.ts';
import { prepareMove } from './move-preparation.ts';
import type { PendingSeal } from './ports/seal.ts';
import type { KeptRequest } from './ports/transition-request.ts';
import type { Deps, Reader, Writer } from './ports.ts';
import { authorizeChange } from './registered-model.ts';
import { completeSeal } from './seal.ts';
import { type Moved, moveInUnit } from './stage-move.ts';
import { judgeForced, judgeTransition } from './transition-guard.ts';
import { requestInUnit } from './transition-request.ts';
import { waitingSentence } from './transition-request-standing.ts';

/** MLflow: only these can be emptied by the newcomer. */
const ACTIVE_STAGES: readonly MlflowStage[] = ['Staging', 'Production'];

export interface Transition {
  readonly name: string;
  readonly version: number;
  readonly to: Stage;
  /** Whether other versions in the target stage are archived, where the policy does not say. */
  readonly displace: boolean;
  readonly reason: string | null;
  /** Where a reason would stand; null: the caller's wire has none. */
  readonly reasonPath?: string | null;
  /** Passes the policy; the caller has seen to the right to do so. */
  readonly forced?: boolean;
  /** By whom it is made, where that is nobody in particular. */
  readonly origin?: Extract<SlotOrigin, 'retention'>;
}

export interface TransitionResult extends Moved {
  readonly kind: 'moved';
  readonly from: Stage;
}

/** Nothing has changed: somebody has to agree first. */
export interface TransitionPending {
  readonly kind: 'pending';
  readonly from: Stage;
  readonly request: KeptRequest;
  /** What is wanted, and of which request. */
  readonly message: string;
}

/**
 * Moves a version to a stage, as far as the policy lets it. Version, displaced versions and history change in one
 * transaction. Moving to the stage where it is changes only MLflow's update time.
 * @throws `model_not_found`, `version_not_found`, `approval_required` (a request was opened), and as `judgeTransition`.
 */
export async function transitionVersion(
  deps: Deps,
  actor: Actor,
  input: Transition,
): Promise<TransitionResult> {
  authorizeChange(actor, 'request-transition', input.name);
  await prepareMove(deps, { ...input, target: stageSlot(input.to) });
  const outcome = await deps.store.write((writer) => transitionInUnit(deps, writer, actor, input));
  return sealAfter(deps, requireMoved(outcome));
}

/** What was opened stays; who asked is told. @throws `approval_required`. */
export function requireMoved(outcome: TransitionResult | TransitionPending): TransitionResult {
  if (outcome.kind === 'moved') return outcome;
  const { message, request } = outcome;
  throw new RegistryError('approval_required', { message, requestId: request.requestId });
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
 * lifts it. @throws `invalid_argument`, `version_not_found`, and as `transitionVersion`.
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
  await prepareMove(deps, { name, version, target: stageSlot(fromMlflowStage(stage, false)) });
  const outcome = await deps.store.write(async (writer) => {
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
  return (await sealAfter(deps, requireMoved(outcome))).version;
}

/** The transition in the caller's unit of work, already authorized. @throws as `judgeTransition`. */
export async function transitionInUnit(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  input: Transition,
): Promise<TransitionResult | TransitionPending> {
  const { name, version, to, reason, forced = false } = input;
  const target = stageSlot(to);
  const reasonPath = input.reasonPath ?? null;
  const asked = { ...(await lockChange(deps, writer, name, { version, target, reason, reasonPath })), to };
  const { from, governing } = asked;
  const origin = await judge(deps, writer, actor, { asked, forced });
  if (origin === 'waits') {
    const request = await requestInUnit(deps, writer, actor, asked);
    if (request.state !== 'executed') return pendingOn(deps, writer, asked, request);
    // Everything that it wants was there already.
    const moved = await requireVersion(writer, name, version);
    return { kind: 'moved', from, version: moved, displaced: [], pendingSeal: null };
  }
  const displacedTo = governing.policy.exclusive.get(to) ?? (input.displace ? 'archived' : null);
  const move = { ...asked, origin: input.origin ?? origin, requestId: null, displacedTo };
  return { kind: 'moved', from, ...(await moveInUnit(deps, writer, actor, move)) };
}

/** What the caller is told of a request that waits. */
export async function pendingOn(
  deps: Deps,
  reader: Reader,
  asked: AskedChange,
  request: KeptRequest,
): Promise<TransitionPending> {
  const message = await waitingSentence(deps, reader, asked, request);
  return { kind: 'pending', from: asked.from, request, message };
}

/** How it may happen now; or what it waits for. */
async function judge(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  { asked, forced }: { readonly asked: LockedTransition; readonly forced: boolean },
): Promise<Extract<SlotOrigin, 'direct' | 'forced'> | 'waits'> {
  if (asked.from === asked.to) return 'direct';
  if (forced) {
    await judgeForced(writer, asked);
    return 'forced';
  }
  return (await judgeTransition(deps, writer, actor, asked)) ? 'waits' : 'direct';
}
