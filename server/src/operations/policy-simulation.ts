import type { Actor } from '../domain/actor.ts';
import { RegistryError } from '../domain/errors.ts';
import { matchesPattern, readableNames } from '../domain/permission.ts';
import { type Policy, ruleFor, stagesBefore, type TransitionRule } from '../domain/policy.ts';
import { parsePolicy } from '../domain/policy-document.ts';
import { type SlotInterval, stageOfSlot, stageSlot } from '../domain/slot.ts';
import type { Stage } from '../domain/stage.ts';
import { authorize } from './authorize.ts';
import { findGated, judgeGates } from './gate.ts';
import type { Deps, Reader } from './ports.ts';
import { modelResource } from './registered-model.ts';

/** A transition that happened, and would not have at once. */
interface StoppedTransition {
  readonly model: string;
  readonly version: number;
  readonly from: Stage;
  readonly to: Stage;
  readonly atMs: number;
  readonly reason: string;
}

export interface Simulation {
  readonly models: number;
  readonly transitions: number;
  readonly stopped: readonly StoppedTransition[];
  /** There was more than is replayed at once. */
  readonly isTruncated: boolean;
}

const MODELS = 200;
const STAYS = 2_000;

/**
 * Replays what happened to the models that a draft would govern (by its patterns, or because they are under the policy of
 * that name), and says what it would have stopped: ways that it does not know, votes that were not given, gates that the
 * metrics of now do not pass. Changes nothing. @throws `permission_denied`, `invalid_argument` with every problem.
 */
export async function simulatePolicy(
  deps: Deps,
  actor: Actor,
  input: { readonly name: string; readonly document: object },
): Promise<Simulation> {
  const { policy, problems } = parsePolicy(input.document);
  const [first] = problems;
  if (policy === null)
    throw new RegistryError('invalid_argument', {
      message: first?.message ?? '',
      path: first?.path ?? '',
      problems,
    });
  authorize(actor, 'manage-policy', modelResource('*'));
  return deps.store.read(async (reader) => {
    const assigned = await reader.policies.listAssigned(input.name, MODELS);
    const living = await reader.versionRecords.listIdentities(readableNames(actor, 'model'));
    const governed = living.filter(
      ({ name }) => assigned.includes(name) || policy.models.some((pattern) => matchesPattern(pattern, name)),
    );
    const stopped: StoppedTransition[] = [];
    let transitions = 0;
    let isTruncated = governed.length > MODELS;
    for (const model of governed.slice(0, MODELS)) {
      const page = { after: null, limit: STAYS };
      const stays = await reader.slots.listIntervals(model.modelId, null, page);
      isTruncated ||= stays.length === STAYS;
      for (const move of movesOf(stays.toReversed())) {
        transitions += 1;
        const reason = await whyStopped(deps, reader, { policy, model, move });
        if (reason !== null) stopped.push({ model: model.name, ...move, reason });
      }
    }
    return { models: Math.min(governed.length, MODELS), transitions, stopped, isTruncated };
  });
}

interface Move {
  readonly version: number;
  readonly from: Stage;
  readonly to: Stage;
  readonly atMs: number;
  readonly requestId: string | null;
}

/** Changes of stage that somebody asked for, oldest first. */
function movesOf(stays: readonly SlotInterval[]): Move[] {
  const last = new Map<number, Stage>();
  const moves: Move[] = [];
  for (const { slot, version, fromMs, origin, requestId } of stays) {
    const to = stageOfSlot(slot);
    if (to === null) continue;
    const from = last.get(version);
    last.set(version, to);
    const isAsked = ['direct', 'request', 'forced'].includes(origin);
    if (from !== undefined && from !== to && isAsked)
      moves.push({ version, from, to, atMs: Number(fromMs), requestId });
  }
  return moves;
}

async function whyStopped(
  deps: Deps,
  reader: Reader,
  {
    policy,
    model,
    move,
  }: { readonly policy: Policy; readonly model: { modelId: string; name: string }; readonly move: Move },
): Promise<string | null> {
  const rule = ruleFor(policy, move.from, move.to);
  if (rule === null) {
    const before = stagesBefore(policy, move.to);
    return before.length === 0
      ? `nothing leads to ${move.to}`
      : `only ${before.join(' or ')} leads to ${move.to}`;
  }
  const wanted = rule.approvals.reduce((sum, { required }) => sum + required, 0);
  const given = await approvalsOf(reader, move.requestId);
  if (given < wanted) return `${wanted} approvals are wanted, and ${given} were given`;
  return failedGate(deps, reader, { policy, rule, model, move });
}

/** How many approved; who of them would count cannot be told of the past. */
async function approvalsOf(reader: Reader, requestId: string | null): Promise<number> {
  const request = requestId === null ? null : await reader.transitionRequests.find(requestId);
  return (request?.votes ?? []).filter(({ decision }) => decision === 'approve').length;
}

async function failedGate(
  deps: Deps,
  reader: Reader,
  {
    policy,
    rule,
    model,
    move,
  }: {
    readonly policy: Policy;
    readonly rule: TransitionRule;
    readonly model: { modelId: string; name: string };
    readonly move: Move;
  },
): Promise<string | null> {
  const { gates } = rule;
  if (gates.length === 0) return null;
  const candidate = await findGated(deps, reader, model, { number: move.version, gates });
  if (candidate === null) return null;
  const holderOf = async (stage: Stage) => {
    const [holder] = await reader.slots.listIntervalsAt(model.modelId, stageSlot(stage), move.atMs - 1);
    return holder === undefined ? null : findGated(deps, reader, model, { number: holder.version, gates });
  };
  const results = await judgeGates({ gates, policy, candidate, holderOf });
  return results.find(({ outcome }) => outcome !== 'passed')?.detail ?? null;
}
