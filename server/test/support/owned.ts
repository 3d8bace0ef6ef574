import { createHash } from 'node:crypto';
import type { Clock } from '../../src/operations/ports/clock.ts';
import type { Ids } from '../../src/operations/ports/ids.ts';

/** A clock that stands still until the test moves it. */
export interface TestClock extends Clock {
  advance(ms: number): void;
  /** Somebody sets the clock: no time passes. */
  jump(ms: number): void;
}

export const TEST_START_MS = Date.UTC(2026, 2, 4, 6, 0, 0);

export function testClock(startMs = TEST_START_MS): TestClock {
  let nowMs = startMs;
  let driftMs = 0;
  return {
    now: () => nowMs,
    driftMs: () => driftMs,
    jump: (ms) => {
      nowMs += ms;
      driftMs += ms;
    },
    advance: (ms) => {
      nowMs += ms;
    },
  };
}

/** Identifiers that are the same in every run: the n-th one of a test. */
export function testIds(): Ids {
  let count = 0;
  const hex32 = () => createHash('sha256').update(String(count++)).digest('hex').slice(0, 32);
  return {
    hex32,
    uuid: () => hex32().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    secret: () => new Uint8Array(createHash('sha256').update(`secret ${count++}`).digest()),
    randomInt: (below) => count++ % below,
  };
}
