import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ROLES, type Role } from './actor.ts';
import type { Approval, Excluded, Principal } from './policy.ts';
import {
  applyToRequest,
  type Electorate,
  eligibilityOf,
  isOneOf,
  settleRequest,
  standingOf,
  type TransitionRequest,
  type Vote,
  type Voter,
} from './transition-request.ts';

const PEOPLE = ['ada', 'ben', 'mia', 'zoe', 'bot', 'local'] as const;
const GROUPS = ['farm-ops', 'vets'] as const;
const DIGESTS = ['sha256:a', 'sha256:b', null] as const;
const EVIDENCE = ['e1', 'e2'] as const;

const principal: fc.Arbitrary<Principal> = fc.oneof(
  fc.constantFrom(...ROLES).map((role): Principal => ({ kind: 'role', role })),
  fc.constantFrom(...GROUPS).map((group): Principal => ({ kind: 'group', group })),
);
const approval: fc.Arbitrary<Approval> = fc.record({
  required: fc.integer({ min: 0, max: 2 }),
  from: fc.array(principal, { minLength: 1, maxLength: 2 }),
});
const kindOf = (name: string): Voter['kind'] =>
  name === 'bot' ? 'service_account' : name === 'local' ? 'local' : 'user';
const voters: fc.Arbitrary<ReadonlyMap<string, Voter>> = fc
  .tuple(
    ...PEOPLE.map((subjectId) =>
      fc.record({
        subjectId: fc.constant(subjectId),
        kind: fc.constant(kindOf(subjectId)),
        role: fc.option(fc.constantFrom(...ROLES)),
        groups: fc.subarray([...GROUPS]),
        isDisabled: fc.boolean(),
      }),
    ),
  )
  .map((all) => new Map(all.map((voter): [string, Voter] => [voter.subjectId, voter])));

interface Rules {
  readonly approvals: readonly Approval[];
  readonly exclude: readonly Excluded[];
  readonly authors: readonly string[];
}
const rules: fc.Arbitrary<Rules> = fc.record({
  approvals: fc.array(approval, { maxLength: 3 }),
  exclude: fc.subarray(['author', 'requester'] as const),
  authors: fc.subarray([...PEOPLE]),
});

type Step =
  | { kind: 'ask'; who: string }
  | { kind: 'vote'; who: string; decision: Vote['decision'] }
  | { kind: 'evidence'; digest: string | null; evidenceDigest: string }
  | { kind: 'withdraw' | 'execute' | 'supersede' | 'fail' | 'expire' | 'wait' };
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.record({ kind: fc.constant('ask' as const), who: fc.constantFrom(...PEOPLE) }), weight: 2 },
  {
    arbitrary: fc.record({
      kind: fc.constant('vote' as const),
      who: fc.constantFrom(...PEOPLE),
      decision: fc.constantFrom('approve', 'approve', 'approve', 'abstain', 'reject'),
    }),
    weight: 8,
  },
  {
    arbitrary: fc.record({
      kind: fc.constant('evidence' as const),
      digest: fc.constantFrom(...DIGESTS),
      evidenceDigest: fc.constantFrom(...EVIDENCE),
    }),
    weight: 2,
  },
  {
    arbitrary: fc.record({
      kind: fc.constantFrom('withdraw', 'execute', 'execute', 'supersede', 'fail', 'expire', 'wait' as const),
    }),
    weight: 3,
  },
);

const opened = (expiresAtMs: number | null): TransitionRequest => ({
  requestId: 'r',
  modelId: 'm',
  version: 1,
  target: 'stage:production',
  state: 'open',
  requesters: ['ada'],
  votes: [],
  digest: 'sha256:a',
  evidenceDigest: 'e1',
  openedAtMs: 0,
  expiresAtMs,
  endedAtMs: null,
});

/** The plain oracle: a diary from which everything is worked out anew, places by trying all ways to fill them. */
class Diary {
  digest: string | null = 'sha256:a';
  evidence = 'e1';
  requesters = new Set(['ada']);
  words: { who: string; decision: string; digest: string | null; evidence: string }[] = [];
  end: string | null = null;

  isMet({ approvals, exclude, authors }: Rules, people: ReadonlyMap<string, Voter>): boolean {
    const last = new Map(this.words.map((word) => [word.who, word]));
    const willing = [...last.values()]
      .filter(
        ({ decision, digest, evidence }) =>
          decision === 'approve' && digest === this.digest && evidence === this.evidence,
      )
      .map(({ who }) => people.get(who) as Voter)
      .filter(({ subjectId, kind, isDisabled }) => {
        if (kind === 'service_account' || isDisabled) return false;
        if (kind === 'local') return true;
        return (
          !(exclude.includes('author') && authors.includes(subjectId)) &&
          !(exclude.includes('requester') && this.requesters.has(subjectId))
        );
      });
    const places = approvals.flatMap(({ required, from }) => Array.from({ length: required }, () => from));
    const fits = (from: readonly Principal[], { role, groups }: Voter) =>
      from.some((one) =>
        one.kind === 'group' ? groups.includes(one.group) : role !== null && order(role) >= order(one.role),
      );
    const fill = (left: readonly (readonly Principal[])[], free: readonly Voter[]): boolean => {
      const [first, ...rest] = left;
      if (first === undefined) return true;
      return free.some(
        (person) =>
          fits(first, person) &&
          fill(
            rest,
            free.filter((other) => other !== person),
          ),
      );
    };
    return fill(places, willing);
  }
}
const order = (role: Role) => ['reader', 'writer', 'approver', 'admin'].indexOf(role);

describe('a transition request', () => {
  test('is at every step what a diary of everything that happened says', () => {
    fc.assert(
      fc.property(
        rules,
        voters,
        fc.array(step, { maxLength: 25 }),
        fc.option(fc.integer({ min: 5, max: 60 })),
        (given, people, steps, expiresAtMs) => {
          const diary = new Diary();
          let request = settle(opened(expiresAtMs), given, people);
          let nowMs = 0;
          for (const one of steps) {
            nowMs += one.kind === 'wait' ? 10 : 1;
            const isOver = diary.end !== null;
            const isExpired = expiresAtMs !== null && expiresAtMs <= nowMs;
            const wasMet = diary.isMet(given, people);
            const next = run(request, one, { given, people, nowMs });
            const isEligible = one.kind === 'vote' && eligible(diary, one.who, given, people);
            const applies =
              !isOver &&
              (one.kind === 'ask' ||
                (one.kind === 'vote' && isEligible && !isExpired) ||
                one.kind === 'evidence' ||
                ['withdraw', 'supersede', 'fail'].includes(one.kind) ||
                (one.kind === 'expire' && isExpired) ||
                (one.kind === 'execute' && wasMet && !isExpired));
            expect(next !== null).toBe(applies);
            if (next === null) continue;
            request = next;
            if (one.kind === 'ask') diary.requesters.add(one.who);
            if (one.kind === 'vote') {
              diary.words.push({
                who: one.who,
                decision: one.decision,
                digest: diary.digest,
                evidence: diary.evidence,
              });
              if (one.decision === 'reject') diary.end = 'rejected';
            }
            if (one.kind === 'evidence') {
              diary.digest = one.digest;
              diary.evidence = one.evidenceDigest;
            }
            const ends = {
              withdraw: 'withdrawn',
              supersede: 'superseded',
              fail: 'failed',
              expire: 'expired',
              execute: 'executed',
            };
            if (one.kind in ends) diary.end = ends[one.kind as keyof typeof ends];
            expect(request.state).toBe(diary.end ?? (diary.isMet(given, people) ? 'approved' : 'open'));
            expect(request.endedAtMs === null).toBe(diary.end === null);
            expect(new Set(request.votes.map(({ subjectId }) => subjectId)).size).toBe(request.votes.length);
          }
        },
      ),
      { numRuns: 10_000 },
    );
  });
});

function eligible(
  diary: Diary,
  who: string,
  { approvals, exclude, authors }: Rules,
  people: ReadonlyMap<string, Voter>,
): boolean {
  const voter = people.get(who) as Voter;
  if (voter.kind === 'service_account' || voter.isDisabled) return false;
  const isJudge =
    voter.kind === 'user' &&
    ((exclude.includes('author') && authors.includes(who)) ||
      (exclude.includes('requester') && diary.requesters.has(who)));
  return !isJudge && approvals.some(({ from }) => isOneOf(voter, from));
}

function electorateOf(request: TransitionRequest, { approvals, exclude, authors }: Rules): Electorate {
  return { approvals, exclude, authors: new Set(authors), requesters: request.requesters };
}

function settle(
  request: TransitionRequest,
  given: Rules,
  people: ReadonlyMap<string, Voter>,
): TransitionRequest {
  return settleRequest(request, standingOf(request, electorateOf(request, given), people));
}

/** As an operation does it: eligible first, then written down, then settled. */
function run(
  request: TransitionRequest,
  one: Step,
  { given, people, nowMs }: { given: Rules; people: ReadonlyMap<string, Voter>; nowMs: number },
): TransitionRequest | null {
  if (one.kind === 'wait') return null;
  if (
    one.kind === 'vote' &&
    eligibilityOf(people.get(one.who) as Voter, electorateOf(request, given)) !== 'eligible'
  )
    return null;
  const next = applyToRequest(request, toCommand(request, one, nowMs));
  return next === null ? null : settle(next, given, people);
}

function toCommand(request: TransitionRequest, one: Exclude<Step, { kind: 'wait' }>, nowMs: number) {
  switch (one.kind) {
    case 'ask':
      return { kind: 'ask', subjectId: one.who } as const;
    case 'vote': {
      const { digest, evidenceDigest } = request;
      const vote: Vote = {
        subjectId: one.who,
        decision: one.decision,
        comment: null,
        digest,
        evidenceDigest,
        atMs: nowMs,
        isSelf: false,
      };
      return { kind: 'vote', vote } as const;
    }
    case 'evidence':
      return { ...one, kind: 'renew_evidence' } as const;
    default:
      return { kind: one.kind as 'withdraw', atMs: nowMs } as const;
  }
}
