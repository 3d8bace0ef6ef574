import { ROLES, type Role } from './actor.ts';
import type { Approval, Excluded, Principal } from './policy.ts';
import type { Slot } from './slot.ts';
import type { SubjectKind } from './subject.ts';

/** `open` collects votes and checks, `approved` waits to be executed; all others are ends. */
export const REQUEST_STATES = [
  'open',
  'approved',
  'executed',
  'rejected',
  'withdrawn',
  'expired',
  'superseded',
  'failed',
] as const;
export type RequestState = (typeof REQUEST_STATES)[number];

export type Decision = 'approve' | 'reject' | 'abstain';

/** What was voted on: the version's files, and everything that was known of it then. */
export interface Evidence {
  /** Of the files; null while they are not sealed. */
  readonly digest: string | null;
  /** Of metrics, checks, signature and facts. */
  readonly evidenceDigest: string;
}

/** The newest word of one person. */
export interface Vote extends Evidence {
  readonly subjectId: string;
  readonly decision: Decision;
  readonly comment: string | null;
  readonly atMs: number;
  /** Given by the one who asked, while nobody signs in; says so for ever. */
  readonly isSelf: boolean;
}

/** Collects what a change of a slot wants. */
export interface TransitionRequest extends Evidence {
  readonly requestId: string;
  readonly modelId: string;
  readonly version: number;
  readonly target: Slot;
  readonly state: RequestState;
  /** Whoever asked for it, first or again. */
  readonly requesters: readonly string[];
  readonly votes: readonly Vote[];
  readonly openedAtMs: number;
  readonly expiresAtMs: number | null;
  readonly endedAtMs: number | null;
}

/** Somebody as they are now. */
export interface Voter {
  readonly subjectId: string;
  readonly kind: SubjectKind;
  /** The greatest one on the model; null: none. */
  readonly role: Role | null;
  readonly groups: readonly string[];
  readonly isDisabled: boolean;
}

/** What counts for a request, beside its votes. */
export interface Electorate {
  readonly approvals: readonly Approval[];
  readonly exclude: readonly Excluded[];
  /** Subjects, and the owners of those that are service accounts. */
  readonly authors: ReadonlySet<string>;
  readonly requesters: readonly string[];
}

export type Eligibility = 'eligible' | 'not_a_person' | 'author' | 'requester' | 'no_role';

/** Whether a word of theirs would count. While nobody signs in, the one local actor may judge what it asked for. */
export function eligibilityOf(voter: Voter, electorate: Electorate): Eligibility {
  const { approvals, exclude, authors, requesters } = electorate;
  if (voter.kind !== 'user' && voter.kind !== 'local') return 'not_a_person';
  if (voter.kind === 'user') {
    if (exclude.includes('author') && authors.has(voter.subjectId)) return 'author';
    if (exclude.includes('requester') && requesters.includes(voter.subjectId)) return 'requester';
  }
  const isAsked = approvals.some(({ from }) => isOneOf(voter, from));
  return isAsked && !voter.isDisabled ? 'eligible' : 'no_role';
}

/** Whether somebody has one of the roles, or is in one of the groups. */
export function isOneOf(
  { role, groups }: Pick<Voter, 'role' | 'groups'>,
  from: readonly Principal[],
): boolean {
  return from.some((principal) =>
    principal.kind === 'group'
      ? groups.includes(principal.group)
      : role !== null && ROLES.indexOf(role) >= ROLES.indexOf(principal.role),
  );
}

/** How the votes stand now. */
export interface Standing {
  /** Whose approval counts. */
  readonly counting: readonly string[];
  /** Whose word was about other files or other evidence. */
  readonly lapsed: readonly string[];
  /** Of each approval of the rule, in its order, how many are still wanted. */
  readonly missing: readonly number[];
  readonly isMet: boolean;
}

/**
 * Counts. A vote counts when it was about what the version is now, and its voter is eligible now: whoever lost the role
 * or was disabled has no voice. One person fills one place, so that two approvals are two people.
 */
export function standingOf(
  request: Evidence & Pick<TransitionRequest, 'votes'>,
  electorate: Electorate,
  voters: ReadonlyMap<string, Voter>,
): Standing {
  const isCurrent = (vote: Vote) =>
    vote.digest === request.digest && vote.evidenceDigest === request.evidenceDigest;
  const counting = request.votes
    .filter((vote) => vote.decision === 'approve' && isCurrent(vote))
    .flatMap(({ subjectId }) => voters.get(subjectId) ?? [])
    .filter((voter) => eligibilityOf(voter, electorate) === 'eligible');
  const filled = fillPlaces(electorate.approvals, counting);
  const missing = electorate.approvals.map(({ required }, index) => required - (filled[index] ?? 0));
  return {
    counting: counting.map(({ subjectId }) => subjectId),
    lapsed: request.votes.filter((vote) => !isCurrent(vote)).map(({ subjectId }) => subjectId),
    missing,
    isMet: missing.every((count) => count === 0),
  };
}

/** The most places that these people can fill, each one at most: how many of each approval (augmenting paths). */
function fillPlaces(approvals: readonly Approval[], people: readonly Voter[]): number[] {
  const places = approvals.flatMap(({ required, from }, approval) =>
    Array.from({ length: required }, () => ({ approval, from })),
  );
  const holders = new Map<number, Voter>();
  const seat = (person: Voter, seen: Set<number>): boolean => {
    for (const [index, { from }] of places.entries()) {
      if (seen.has(index) || !isOneOf(person, from)) continue;
      seen.add(index);
      const holder = holders.get(index);
      if (holder !== undefined && !seat(holder, seen)) continue;
      holders.set(index, person);
      return true;
    }
    return false;
  };
  for (const person of people) seat(person, new Set());
  const filled = approvals.map(() => 0);
  for (const index of holders.keys()) {
    const approval = places[index]?.approval ?? 0;
    filled[approval] = (filled[approval] ?? 0) + 1;
  }
  return filled;
}

/** What can happen to a request. */
export type RequestCommand =
  | { readonly kind: 'ask'; readonly subjectId: string }
  | { readonly kind: 'vote'; readonly vote: Vote }
  | ({ readonly kind: 'renew_evidence' } & Evidence)
  | { readonly kind: 'withdraw'; readonly atMs: number }
  | { readonly kind: 'expire'; readonly atMs: number }
  | { readonly kind: 'execute'; readonly atMs: number }
  | { readonly kind: 'supersede'; readonly atMs: number }
  | { readonly kind: 'fail'; readonly atMs: number };

/**
 * The request after the command; null: it does not apply to what the request is now. Votes are only written down here:
 * whether they suffice is for `settle`, which sees who their voters are.
 */
export function applyToRequest(
  request: TransitionRequest,
  command: RequestCommand,
): TransitionRequest | null {
  if (hasEnded(request.state)) return null;
  switch (command.kind) {
    case 'ask':
      return request.requesters.includes(command.subjectId)
        ? request
        : { ...request, requesters: [...request.requesters, command.subjectId] };
    case 'vote':
      return withVote(request, command.vote);
    case 'renew_evidence':
      return { ...request, digest: command.digest, evidenceDigest: command.evidenceDigest };
    case 'withdraw':
      return ended(request, 'withdrawn', command.atMs);
    case 'expire':
      return isExpired(request, command.atMs) ? ended(request, 'expired', command.atMs) : null;
    case 'execute':
      return request.state === 'approved' && !isExpired(request, command.atMs)
        ? ended(request, 'executed', command.atMs)
        : null;
    case 'supersede':
      return ended(request, 'superseded', command.atMs);
    case 'fail':
      return ended(request, 'failed', command.atMs);
  }
}

/** Approved when the votes suffice, open when they do not any more; what has ended stays as it is. */
export function settleRequest(request: TransitionRequest, { isMet }: Standing): TransitionRequest {
  if (hasEnded(request.state)) return request;
  return { ...request, state: isMet ? 'approved' : 'open' };
}

/** Whether nothing can happen to it any more. */
export function hasEnded(state: RequestState): boolean {
  return state !== 'open' && state !== 'approved';
}

function isExpired({ expiresAtMs }: TransitionRequest, nowMs: number): boolean {
  return expiresAtMs !== null && expiresAtMs <= nowMs;
}

/** One eligible reject ends it. The caller has seen to it that the voter is eligible, and what was seen. */
function withVote(request: TransitionRequest, vote: Vote): TransitionRequest | null {
  if (isExpired(request, vote.atMs)) return null;
  const votes = [...request.votes.filter(({ subjectId }) => subjectId !== vote.subjectId), vote];
  const voted = { ...request, votes };
  return vote.decision === 'reject' ? ended(voted, 'rejected', vote.atMs) : voted;
}

function ended(request: TransitionRequest, state: RequestState, endedAtMs: number): TransitionRequest {
  return { ...request, state, endedAtMs };
}
