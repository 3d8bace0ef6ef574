import type { Approved, NamedSubject } from '../../domain/tombstone.ts';
import { nullable, TIME } from './fields.ts';
import { Type } from './schema-builder.ts';
import { renderTime } from './time.ts';

export const PERSON = Type.Object({ id: Type.String(), name: Type.String() });

/** What one person said. */
export const CAST_VOTE_FIELDS = {
  voter: PERSON,
  decision: Type.Enum(['approve', 'reject', 'abstain']),
  comment: nullable(Type.String()),
  digest: nullable(Type.String()),
  at: nullable(TIME),
  self: Type.Boolean({ description: 'By the one who asked, while nobody signed in.' }),
};

/** By whose word a version entered a slot. */
export const APPROVED = Type.Object(
  {
    id: Type.String(),
    target: Type.String({ description: '`stage:<stage>` or `alias:<alias>`.' }),
    policy: Type.Object({ name: Type.String(), revision: Type.Integer() }),
    requesters: Type.Array(PERSON),
    votes: Type.Array(Type.Object(CAST_VOTE_FIELDS), { description: 'Those that did not count, too.' }),
    evidence_digest: Type.String(),
    opened_at: nullable(TIME),
    executed_at: nullable(TIME),
  },
  { description: 'The transition request that was executed, with the votes.' },
);

function renderPerson({ subjectId, name }: NamedSubject) {
  return { id: subjectId, name };
}

export function renderApproved(approved: Approved) {
  return {
    id: approved.requestId,
    target: approved.target,
    policy: { name: approved.policyName, revision: approved.policyRevision },
    requesters: approved.requesters.map(renderPerson),
    votes: approved.votes.map(({ voter, decision, comment, digest, atMs, isSelf }) => ({
      voter: renderPerson(voter),
      decision,
      comment,
      digest,
      at: renderTime(atMs),
      self: isSelf,
    })),
    evidence_digest: `sha256:${approved.evidenceDigest}`,
    opened_at: renderTime(approved.openedAtMs),
    executed_at: renderTime(approved.executedAtMs),
  };
}
