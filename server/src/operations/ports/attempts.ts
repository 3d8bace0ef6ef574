/** Where a wrong password came from, and for whom. */
export interface AttemptPlace {
  readonly nameKey: string;
  readonly address: string;
}

/** Counts wrong passwords in this process. */
export interface Attempts {
  /** How long this place has to wait before the next; 0: not at all. */
  waitMs(place: AttemptPlace, nowMs: number): number;
  noteFailure(place: AttemptPlace, nowMs: number): void;
  noteSuccess(place: AttemptPlace, nowMs: number): void;
}

/** Passwords that were verified a moment ago, so that not every request pays for a slow hash. */
export interface VerifiedPasswords {
  /** Whether the password was verified against this very hash within the last minute. */
  has(phc: string, password: string, nowMs: number): boolean;
  note(phc: string, password: string, nowMs: number): void;
}
