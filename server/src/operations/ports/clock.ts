/** Tests own it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * By how many milliseconds `now` went ahead of the time that really passed since the program started (negative: fell
   * behind). Time that the machine slept has passed.
   */
  driftMs(): number;
}
