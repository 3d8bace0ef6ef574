import type { Actor } from '../domain/actor.ts';
import { RegistryError } from '../domain/errors.ts';
import {
  applyToRequest,
  type Decision,
  eligibilityOf,
  hasEnded,
  type Vote,
} from '../domain/transition-request.ts';
import { type AskedChange, askedBy, type LockedChange, ruleOf } from './asked-change.ts';
import { authorize } from './authorize.ts';
import { electorateOf } from './electorate.ts';
import { lockModel, requireRecord } from './model-identity.ts';
import { prepareRequested } from './move-preparation.ts';
import { requireRevision } from './policy-choice.ts';
import type { KeptRequest } from './ports/transition-request.ts';
import type { Deps, Writer } from './ports.ts';
import { modelResource } from './registered-model.ts';
import { requireIntact } from './transition-guard.ts';
import { advance, executeInUnit } from './transition-request.ts';
import { end, endIfExpired, recordRequest } from './transition-request-record.ts';
import {
  asVoter,
  isVotePermitted,
  mayWithdraw,
  type RequestView,
  requireRequest,
  viewRequest,
} from './transition-request-view.ts';

export interface VoteInput {
  readonly requestId: string;
  readonly decision: Decision;
  readonly comment: string | null;
  /** Of the files that the voter saw; null: there was none. */
  readonly digest: string | null;
}

/** One request in one unit of work: its model is locked, so that two who act at once act one after the other. */
async function onRequest(
  deps: Deps,
  actor: Actor,
  requestId: string,
  act: (writer: Writer, found: { request: KeptRequest; asked: LockedChange }) => Promise<KeptRequest>,
): Promise<RequestView> {
  return deps.store.write(async (writer) => {
    const { modelName } = await requireRequest(writer, actor, requestId);
    const identity = await lockModel(deps, writer, modelName);
    // What it is now that nobody else changes it.
    const { request } = await requireRequest(writer, actor, requestId);
    const current = await endIfExpired(deps, writer, actor, request);
    if (hasEnded(current.state)) {
      if (!hasEnded(request.state)) return viewRequest(deps, writer, actor, { request: current, modelName });
      throw notOpen(current);
    }
    await requireRecord(deps, writer, { model: identity, version: request.version });
    const governing = await requireRevision(writer, request.policyName, request.policyRevision);
    const asked = await askedBy(writer, request, { identity, governing });
    const after = await act(writer, { request, asked });
    return viewRequest(deps, writer, actor, { request: after, modelName });
  });
}

function notOpen({ requestId, state }: KeptRequest): RegistryError<'request_not_open'> {
  return new RegistryError('request_not_open', { requestId, state });
}

/**
 * Says what somebody thinks of a request. A word replaces the earlier one of the same person; one reject ends the
 * request; the approval that was still wanted executes it, unless the policy wants that by hand.
 * @throws `resource_not_found`, `request_not_open`, `not_a_person`, `not_eligible`, `digest_mismatch`,
 * `version_damaged`.
 */
export async function voteOnRequest(deps: Deps, actor: Actor, input: VoteInput): Promise<RequestView> {
  if (input.decision === 'approve') await prepareRequested(deps, input.requestId);
  return onRequest(deps, actor, input.requestId, async (writer, { request, asked }) => {
    const { name } = asked.identity;
    await requireEligible(writer, actor, { request, asked });
    if (input.decision === 'approve') await requireIntact(writer, asked);
    if (input.digest !== request.digest)
      throw new RegistryError('digest_mismatch', {
        name,
        version: request.version,
        expected: input.digest ?? 'null',
        actual: request.digest,
      });
    const vote: Vote = {
      subjectId: actor.subjectId,
      decision: input.decision,
      comment: input.comment,
      digest: request.digest,
      evidenceDigest: request.evidenceDigest,
      atMs: deps.clock.now(),
      isSelf: actor.kind === 'local',
    };
    const voted = applyToRequest(request, { kind: 'vote', vote });
    if (voted === null) throw notOpen(request);
    await writer.transitionRequests.putVote(request.requestId, vote);
    const after = { ...request, ...voted };
    const entry = { action: 'transition_request.vote', request: after, name } as const;
    await recordRequest(deps, writer, actor, { ...entry, decision: vote.decision, reason: vote.comment });
    if (after.state === 'rejected') return end(deps, writer, actor, after, vote.comment);
    return advance(deps, writer, actor, { request: after, asked });
  });
}

async function requireEligible(
  writer: Writer,
  actor: Actor,
  { request, asked }: { readonly request: KeptRequest; readonly asked: AskedChange },
): Promise<void> {
  const { name } = asked.identity;
  const what = `${name} version ${request.version}`;
  const rule = ruleOf(asked);
  const rules = rule ?? { approvals: [], exclude: [] };
  const electorate = await electorateOf(writer, request, rules);
  const refuse = (message: string) => new RegistryError('not_eligible', { message });
  const who = actor.displayName;
  switch (isVotePermitted(actor) ? eligibilityOf(asVoter(actor, name), electorate) : 'no_role') {
    case 'eligible':
      return;
    case 'not_a_person':
      throw new RegistryError('not_a_person', {
        message: `${who} is a program; what it does is nobody's vote.`,
      });
    case 'author':
      throw refuse(`${who} is an author of ${what}, and authors do not judge their own work.`);
    case 'requester':
      throw refuse(`${who} asked for this transition of ${what}, and somebody else has to judge it.`);
    case 'no_role':
      throw refuse(`${who} is none of those whose approval ${what} needs.`);
  }
}

/** Takes a request back. @throws `resource_not_found`, `request_not_open`, `permission_denied`. */
export async function withdrawRequest(
  deps: Deps,
  actor: Actor,
  input: { readonly requestId: string; readonly reason: string | null },
): Promise<RequestView> {
  return onRequest(deps, actor, input.requestId, async (writer, { request, asked }) => {
    if (!mayWithdraw(actor, request, asked.identity.name))
      throw new RegistryError('permission_denied', {
        message: `${actor.displayName} did not ask for this transition; whoever did, or an admin, withdraws it.`,
      });
    const withdrawn = applyToRequest(request, { kind: 'withdraw', atMs: deps.clock.now() });
    if (withdrawn === null) throw notOpen(request);
    return end(deps, writer, actor, { ...request, ...withdrawn }, input.reason);
  });
}

/** Executes an approved request by hand. @throws `resource_not_found`, `request_not_open`, and as `judgeTransition`. */
export async function executeRequest(deps: Deps, actor: Actor, requestId: string): Promise<RequestView> {
  await prepareRequested(deps, requestId);
  return onRequest(deps, actor, requestId, async (writer, { request, asked }) => {
    authorize(actor, 'execute', modelResource(asked.identity.name));
    const current = await advance(deps, writer, actor, { request, asked });
    if (current.state === 'executed') return current;
    if (current.state !== 'approved') throw notOpen(current);
    return executeInUnit(deps, writer, actor, { request: current, asked });
  });
}
