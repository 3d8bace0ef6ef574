/** Where new identifiers come from. Tests own it. */
export interface Ids {
  /** 32 lower-case hex digits (runs, datasets, inputs, and after `m-` logged models). */
  hex32(): string;
  /** A UUID (our own rows). */
  uuid(): string;
  /** 32 random bytes for a secret. */
  secret(): Uint8Array;
  /** A whole number in [0, below): for run names. */
  randomInt(below: number): number;
}
