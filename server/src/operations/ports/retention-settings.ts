import type { Periods } from '../../domain/retention.ts';

/** What the settings say about keeping versions; policies may say more. */
export interface RetentionSettings {
  readonly periods: Periods;
  /** Whether files are removed at all. */
  readonly purge: boolean;
  /** How long what is marked still stands. */
  readonly graceMs: number;
  /** From 0 to 1. */
  readonly maxShare: number;
}
