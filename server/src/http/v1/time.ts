import type { Int64 } from '../../domain/int64.ts';

const GREATEST_TIME_MS = 8_640_000_000_000_000;

/** Milliseconds since the epoch → RFC 3339 in UTC with milliseconds; null for what no calendar can say. */
export function renderTime(timeMs: Int64 | null): string | null {
  if (timeMs === null || timeMs > GREATEST_TIME_MS || timeMs < -GREATEST_TIME_MS) return null;
  return new Date(Number(timeMs)).toISOString();
}
