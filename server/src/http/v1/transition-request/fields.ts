import type { Approval } from '../../../domain/policy.ts';
import { REQUEST_STATES } from '../../../domain/transition-request.ts';
import type { RequestView } from '../../../operations/transition-request-view.ts';
import { CAST_VOTE_FIELDS, PERSON } from '../approved.ts';
import { nullable, TIME } from '../fields.ts';
import { GATE } from '../gate.ts';
import { Type } from '../schema-builder.ts';
import { renderTime } from '../time.ts';

export const REQUEST_PARAMS = Type.Object(
  { id: Type.String({ minLength: 1, maxLength: 100 }) },
  { additionalProperties: false },
);

const VOTE = Type.Object({
  ...CAST_VOTE_FIELDS,
  counts: Type.Boolean({ description: 'Whether it counts now.' }),
  lapsed: Type.Boolean({ description: 'It was about other files or other evidence.' }),
});

/** So many people of these. */
export const APPROVAL = Type.Object({ required: Type.Integer(), from: Type.Array(Type.String()) });

/** A transition request as the caller sees it. */
export const REQUEST = Type.Object({
  id: Type.String(),
  model_name: Type.String(),
  version: Type.Integer(),
  target: Type.String({ description: '`stage:<stage>` or `alias:<alias>`.' }),
  from_stage: nullable(Type.String({ description: 'Where the version is now; null: it is gone.' })),
  state: Type.Enum([...REQUEST_STATES]),
  reason: nullable(Type.String()),
  requesters: Type.Array(PERSON),
  policy: Type.Object({ name: Type.String(), revision: Type.Integer() }),
  digest: nullable(Type.String({ description: 'Of the files that are voted on; votes name it.' })),
  evidence_digest: Type.String(),
  votes: Type.Array(VOTE),
  missing: Type.Object({
    approvals: Type.Array(APPROVAL),
    checks: Type.Array(Type.String()),
  }),
  gates: Type.Array(GATE),
  displaces: Type.Array(Type.Integer(), { description: 'Versions that have to leave when it is executed.' }),
  available_actions: Type.Array(Type.Enum(['vote', 'withdraw', 'execute'])),
  opened_at: nullable(TIME),
  expires_at: nullable(TIME),
  ended_at: nullable(TIME),
  end_reason: nullable(Type.String()),
});

/** In the words of the policy. */
export function renderApproval({ required, from }: Approval) {
  return { required, from: from.map((one) => `${one.kind}:${one.kind === 'role' ? one.role : one.group}`) };
}

export function renderRequest(view: RequestView) {
  const { request, names } = view;
  const person = (id: string) => ({ id, name: names.get(id) ?? id });
  return {
    id: request.requestId,
    model_name: view.modelName,
    version: request.version,
    target: request.target,
    from_stage: view.from,
    state: request.state,
    reason: request.reason,
    requesters: request.requesters.map(person),
    policy: { name: request.policyName, revision: request.policyRevision },
    digest: request.digest,
    evidence_digest: `sha256:${request.evidenceDigest}`,
    votes: request.votes.map((vote) => ({
      voter: person(vote.subjectId),
      decision: vote.decision,
      comment: vote.comment,
      digest: vote.digest,
      at: renderTime(vote.atMs),
      self: vote.isSelf,
      counts: view.counting.includes(vote.subjectId),
      lapsed: view.lapsed.includes(vote.subjectId),
    })),
    missing: {
      approvals: view.missingApprovals.map(renderApproval),
      checks: view.missingChecks,
    },
    gates: view.gates.map((gate) => ({ ...gate })),
    displaces: view.displaces,
    available_actions: view.actions,
    opened_at: renderTime(request.openedAtMs),
    expires_at: renderTime(request.expiresAtMs),
    ended_at: renderTime(request.endedAtMs),
    end_reason: request.endReason,
  };
}
