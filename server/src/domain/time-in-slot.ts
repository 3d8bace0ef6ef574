import type { SlotInterval } from './slot.ts';

const DAY_MS = 86_400_000;

/** Days that a version spent in a slot until now, to one decimal. */
export function daysIn(intervals: readonly Pick<SlotInterval, 'fromMs' | 'toMs'>[], nowMs: number): number {
  const ms = intervals.reduce(
    (sum, { fromMs, toMs }) => sum + Math.max(0, Number(toMs ?? nowMs) - Number(fromMs)),
    0,
  );
  return Math.round((ms / DAY_MS) * 10) / 10;
}
