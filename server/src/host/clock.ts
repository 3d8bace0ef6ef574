import type { Clock } from '../operations/ports/clock.ts';

/** The clock of this machine. */
export const hostClock: Clock = { now: () => Date.now() };
