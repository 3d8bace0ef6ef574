import { uptime } from 'node:os';
import type { Clock } from '../operations/ports/clock.ts';

const START_MS = Date.now();
// Of the machine, which counts its sleep, too; `performance.now()` does not.
const START_UPTIME_S = uptime();

/** The clock of this machine. */
export const hostClock: Clock = {
  now: () => Date.now(),
  driftMs: () => Date.now() - START_MS - (uptime() - START_UPTIME_S) * 1_000,
};
