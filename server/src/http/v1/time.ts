import { invalidArgument } from '../../domain/errors.ts';
import type { Int64 } from '../../domain/int64.ts';

const GREATEST_TIME_MS = 8_640_000_000_000_000;

/** Milliseconds since the epoch → RFC 3339 in UTC with milliseconds; null for what no calendar can say. */
export function renderTime(timeMs: Int64 | null): string | null {
  if (timeMs === null || timeMs > GREATEST_TIME_MS || timeMs < -GREATEST_TIME_MS) return null;
  return new Date(Number(timeMs)).toISOString();
}

const RFC_3339 =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i;

/** RFC 3339 with a zone → milliseconds since the epoch. @throws `invalid_argument`. */
export function parseTime(text: string, path: string): number {
  const timeMs = RFC_3339.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(timeMs))
    throw invalidArgument(
      `${JSON.stringify(text.slice(0, 100))} is no time such as 2026-03-04T06:00:00Z or 2026-03-04T07:00:00+01:00.`,
      path,
    );
  return timeMs;
}
