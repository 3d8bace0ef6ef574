import type { Actor } from '../domain/actor.ts';
import { isRegistryError, RegistryError } from '../domain/errors.ts';
import { aliasOfSlot } from '../domain/slot.ts';
import {
  applyToRequest,
  hasEnded,
  type RequestCommand,
  settleRequest,
} from '../domain/transition-request.ts';
import { pointInUnit, spellingOf } from './alias-move.ts';
import { asTransition, type LockedChange, ruleOf } from './asked-change.ts';
import { type Snapshot, takeSnapshot } from './evidence.ts';
import { requireRevision } from './policy-choice.ts';
import type { KeptRequest } from './ports/transition-request.ts';
import type { Deps, Writer } from './ports.ts';
import { moveInUnit } from './stage-move.ts';
import { judgeChange } from './transition-guard.ts';
import { end, endIfExpired, recordRequest } from './transition-request-record.ts';
import { requireRule, standingNow } from './transition-request-standing.ts';

/**
 * Opens the request that a transition needs, or finds the one that is open and adds who asks. It is executed at once
 * when nothing is wanted any more. In the caller's unit of work, whose model is locked; the transition was judged.
 */
export async function requestInUnit(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  asked: LockedChange,
): Promise<KeptRequest> {
  const { identity, version, target, governing } = asked;
  const { modelId } = identity;
  const nowMs = deps.clock.now();
  const open = await writer.transitionRequests.findOpen(modelId, version.version, target);
  const known = open === null ? null : await endIfExpired(deps, writer, actor, open);
  if (known !== null && !hasEnded(known.state)) {
    const again = { ...known, ...applyToRequest(known, { kind: 'ask', subjectId: actor.subjectId }) };
    return advance(deps, writer, actor, { request: again, asked });
  }
  const rule = requireRule(asked);
  const { digest, evidenceDigest, document } = await takeSnapshot(deps, writer, {
    modelId,
    version,
    gates: rule.gates,
  });
  const request: KeptRequest = {
    requestId: deps.ids.uuid(),
    modelId,
    version: version.version,
    target,
    state: 'open',
    requesters: [actor.subjectId],
    votes: [],
    digest,
    evidenceDigest,
    evidence: document,
    openedAtMs: nowMs,
    expiresAtMs: rule.expiresAfterMs === null ? null : nowMs + rule.expiresAfterMs,
    endedAtMs: null,
    policyName: governing.policy.name,
    policyRevision: governing.revision,
    reason: asked.reason,
    endedBy: null,
    endReason: null,
  };
  await writer.transitionRequests.insert(request);
  await recordRequest(deps, writer, actor, {
    action: 'transition_request.create',
    request,
    name: identity.name,
  });
  return advance(deps, writer, actor, { request, asked });
}

/**
 * Looks at a request anew: what it is about may have changed, and its votes may suffice. Then it is executed, unless the
 * policy wants that by hand, or something holds it up: then it stays approved. The request is kept.
 */
export async function advance(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  { request, asked }: { readonly request: KeptRequest; readonly asked: LockedChange },
): Promise<KeptRequest> {
  const governing = await requireRevision(writer, request.policyName, request.policyRevision);
  const rule = ruleOf({ ...asked, governing });
  const snapshot = await takeSnapshot(deps, writer, {
    modelId: request.modelId,
    version: asked.version,
    gates: rule?.gates ?? [],
  });
  const renewed = renew(request, snapshot);
  if (rule === null) {
    await writer.transitionRequests.update(renewed);
    return renewed;
  }
  const standing = await standingNow(deps, writer, {
    request: renewed,
    rule,
    snapshot,
    model: asked.identity.name,
  });
  const settled = { ...renewed, ...settleRequest(renewed, standing) };
  if (settled.state === 'approved' && rule.execute === 'on_approval')
    try {
      return await executeInUnit(deps, writer, actor, { request: settled, asked: { ...asked, governing } });
    } catch (error) {
      // A freeze, a soak, a gate: it waits, and can be executed by hand.
      if (!isHeldUp(error)) throw error;
    }
  await writer.transitionRequests.update(settled);
  return settled;
}

function isHeldUp(error: unknown): boolean {
  return (
    [
      'transition_not_allowed',
      'gate_failed',
      'version_not_sealed',
      'version_damaged',
      'version_tainted',
    ] as const
  ).some((code) => isRegistryError(error, code));
}

/** What it was opened with, as far as that still holds. */
function renew(request: KeptRequest, { digest, evidenceDigest, document }: Snapshot): KeptRequest {
  if (request.digest === digest && request.evidenceDigest === evidenceDigest) return request;
  const command: RequestCommand = { kind: 'renew_evidence', digest, evidenceDigest };
  return { ...request, ...applyToRequest(request, command), evidence: document };
}

/**
 * Makes what an approved request asks for, after judging it again: files, gates, checks, votes and the rule are what
 * they are now. Others that wanted the same exclusive slot are superseded.
 * @throws as `judgeTransition`; `request_not_open`.
 */
export async function executeInUnit(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  { request, asked }: { readonly request: KeptRequest; readonly asked: LockedChange },
): Promise<KeptRequest> {
  const { requestId } = request;
  const atMs = deps.clock.now();
  const executed = applyToRequest(request, { kind: 'execute', atMs });
  if (executed === null) throw new RegistryError('request_not_open', { requestId, state: request.state });
  // Who executes need not be one of those who may ask: that was judged when it was asked.
  await judgeChange(deps, writer, actor, { ...asked, reason: request.reason ?? asked.reason }, 'execution');
  const { displaced, isExclusive } = await carryOut(deps, writer, actor, { request, asked });
  const kept: KeptRequest = { ...request, ...executed, endedBy: actor.subjectId };
  await writer.transitionRequests.update(kept);
  await recordRequest(deps, writer, actor, {
    action: 'transition_request.execute',
    request: kept,
    name: asked.identity.name,
    displaced,
  });
  if (isExclusive) await supersedeOthers(deps, writer, actor, kept);
  return kept;
}

/** Puts the version where it was asked for; who had to leave, and whether only one has room there. */
async function carryOut(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  { request, asked }: { readonly request: KeptRequest; readonly asked: LockedChange },
): Promise<{ readonly displaced: readonly number[]; readonly isExclusive: boolean }> {
  const { requestId, reason } = request;
  const why = { reason, origin: 'request', requestId } as const;
  const transition = asTransition(asked);
  if (transition === null) {
    const { identity: model, version, target } = asked;
    const alias = await spellingOf(writer, model.name, aliasOfSlot(target) ?? '');
    const held = await pointInUnit(deps, writer, actor, { model, alias, version: version.version, ...why });
    return { displaced: held === null ? [] : [held], isExclusive: true };
  }
  const displacedTo = asked.governing.policy.exclusive.get(transition.to) ?? null;
  const { displaced } = await moveInUnit(deps, writer, actor, { ...transition, ...why, displacedTo });
  return { displaced: displaced.map(({ version }) => version), isExclusive: displacedTo !== null };
}

async function supersedeOthers(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  executed: KeptRequest,
): Promise<void> {
  for (const other of await writer.transitionRequests.listOpen(executed.modelId, null)) {
    if (other.target !== executed.target) continue;
    const superseded = applyToRequest(other, { kind: 'supersede', atMs: deps.clock.now() });
    if (superseded !== null)
      await end(
        deps,
        writer,
        actor,
        { ...other, ...superseded },
        `version ${executed.version} entered first`,
      );
  }
}
