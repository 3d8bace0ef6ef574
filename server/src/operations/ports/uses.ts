/** When things were used last, until a job writes it down. */
export interface Uses {
  note(id: string, nowMs: number): void;
  /** What was noted since the last time. */
  take(): ReadonlyMap<string, number>;
}
