/** A policy as somebody wrote it; it never changes. */
export interface PolicyRevision {
  readonly name: string;
  /** From 1 on. */
  readonly revision: number;
  readonly document: object;
  readonly createdAtMs: number;
  /** Subject id. */
  readonly createdBy: string;
}

export interface PolicyReader {
  /** The newest revision; null: there is none, or it was deleted. */
  find(name: string): Promise<PolicyRevision | null>;
  /** Also of a policy that was deleted. */
  findRevision(name: string, revision: number): Promise<PolicyRevision | null>;
  /** Every policy that is not deleted, by name. They are few. */
  list(): Promise<PolicyRevision[]>;
  /** Newest first. */
  listRevisions(name: string, page: { before: number | null; limit: number }): Promise<PolicyRevision[]>;
  /** Which one was assigned to a model; null: none. */
  findAssigned(modelId: string): Promise<string | null>;
  /** Names of living models that the policy was assigned to, so many at most. */
  listAssigned(name: string, limit: number): Promise<string[]>;
}

export interface PolicyWriter extends PolicyReader {
  /** Whoever changes policies waits here for each other; who only reads them does not. */
  lock(): Promise<void>;
  insertRevision(revision: PolicyRevision): Promise<void>;
  /** Its revisions stay. */
  delete(name: string, nowMs: number): Promise<void>;
  /** The number that the next revision of the name gets, also after a deletion. */
  nextRevision(name: string): Promise<number>;
  /** Null: none. */
  assign(modelId: string, name: string | null): Promise<void>;
}
