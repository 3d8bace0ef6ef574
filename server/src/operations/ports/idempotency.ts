/** An answer as it was sent; `body` is its text. */
export interface KeptAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** A request that a caller gave a key. `answer` is null while it runs, or when it was cut off. */
interface KeyedRequest {
  readonly bodySha256: string;
  readonly answer: KeptAnswer | null;
  readonly createdAtMs: number;
}

/** Keyed requests by an id that says who asked, for what, and with which key. */
export interface IdempotencyReader {
  find(id: string): Promise<KeyedRequest | null>;
}

export interface IdempotencyWriter extends IdempotencyReader {
  /** A request without an answer; false, and nothing written, when the id is taken. */
  begin(id: string, request: { bodySha256: string; nowMs: number }): Promise<boolean>;
  keep(id: string, answer: KeptAnswer): Promise<void>;
  /** Absent is fine. */
  forget(id: string): Promise<void>;
  /** Forgets requests made before the instant, the oldest first, at most `limit`. */
  sweep(beforeMs: number, limit: number): Promise<void>;
}
