import type { NameScope } from '../../domain/permission.ts';
import type { Slot } from '../../domain/slot.ts';
import type { TransitionRequest, Vote } from '../../domain/transition-request.ts';

/** A request with the rules that it was opened under, and what was known then. */
export interface KeptRequest extends TransitionRequest {
  readonly policyName: string;
  readonly policyRevision: number;
  /** Of whoever asked first. */
  readonly reason: string | null;
  /** What the evidence digest is of. */
  readonly evidence: object;
  /** Subject id of whoever ended it. */
  readonly endedBy: string | null;
  readonly endReason: string | null;
}

/** What requests are looked for by; null: all. */
interface RequestQuery {
  readonly modelId: string | null;
  /** Names of models that may be shown. */
  readonly names: NameScope | null;
  readonly states: readonly string[] | null;
  /** Asked for by this subject. */
  readonly requester: string | null;
}

export interface TransitionRequestReader {
  find(requestId: string): Promise<KeptRequest | null>;
  /** Those that there are, oldest first. */
  list(requestIds: readonly string[]): Promise<KeptRequest[]>;
  /** The one that has not ended. */
  findOpen(modelId: string, version: number, target: Slot): Promise<KeptRequest | null>;
  /** All that have not ended, of a version or (null) of all of the model. */
  listOpen(modelId: string, version: number | null): Promise<KeptRequest[]>;
  /** Those that were executed, of some versions of a model; oldest first. */
  listExecuted(modelId: string, versions: readonly number[]): Promise<KeptRequest[]>;
  /** Newest first; ids grow. */
  search(query: RequestQuery, page: { before: string | null; limit: number }): Promise<KeptRequest[]>;
  /** Those that have not ended and should have by then. */
  listExpired(nowMs: number, limit: number): Promise<KeptRequest[]>;
}

export interface TransitionRequestWriter extends TransitionRequestReader {
  insert(request: KeptRequest): Promise<void>;
  /** State, evidence, requesters and end; votes apart. */
  update(request: KeptRequest): Promise<void>;
  /** Replaces the voter's earlier one. */
  putVote(requestId: string, vote: Vote): Promise<void>;
}
