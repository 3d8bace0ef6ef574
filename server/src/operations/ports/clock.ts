/** Milliseconds since the epoch. Tests own it. */
export interface Clock {
  now(): number;
}
