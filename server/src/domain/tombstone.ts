import type { Int64 } from './int64.ts';
import type { Slot } from './slot.ts';
import type { Decision } from './transition-request.ts';
import type { Facts } from './version-record.ts';

/** Somebody, as they are called now. */
export interface NamedSubject {
  readonly subjectId: string;
  readonly name: string;
}

/** What one person said of a request that was executed. */
interface CastVote {
  readonly voter: NamedSubject;
  readonly decision: Decision;
  readonly comment: string | null;
  /** Of the files that they saw. */
  readonly digest: string | null;
  readonly atMs: number;
  readonly isSelf: boolean;
}

/** By whose word a version entered a slot: an executed request, as it is told afterwards. */
export interface Approved {
  readonly requestId: string;
  readonly version: number;
  readonly target: Slot;
  readonly policyName: string;
  readonly policyRevision: number;
  readonly requesters: readonly NamedSubject[];
  /** In the order in which they were given; those that did not count, too. */
  readonly votes: readonly CastVote[];
  readonly evidenceDigest: string;
  readonly openedAtMs: number;
  readonly executedAtMs: number | null;
}

/** What stays of a deleted version. */
export interface Tombstone {
  readonly semanticVersion: string | null;
  readonly digest: string | null;
  readonly facts: Facts;
  /** Oldest first. */
  readonly approvals: readonly Approved[];
  readonly deletedAtMs: Int64;
  /** When its files were removed, or began to be; null: they were not. */
  readonly purgedAtMs: number | null;
}
