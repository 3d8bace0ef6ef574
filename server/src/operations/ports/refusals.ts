/** Who was not let in and why, as far as they are counted together. */
export interface RefusedPlace {
  /** Null: of many addresses together. */
  readonly address: string | null;
  readonly reason: string;
}

/** What followed the first refusal of a place within its minute. */
interface CountedRefusals extends RefusedPlace {
  readonly count: number;
  readonly sinceMs: number;
}

/** Counts requests that did not say who sent them: they may be many, and nobody answers for them. */
export interface Refusals {
  /** True for the first of its place within a minute. */
  note(place: RefusedPlace, nowMs: number): boolean;
  /** The counts of the minutes that have ended; of all of them at the end of the program. */
  take(nowMs: number): readonly CountedRefusals[];
}
