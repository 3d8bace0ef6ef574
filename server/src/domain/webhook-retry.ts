/** When a webhook's answer, or its absence, is followed by another try (mlflow/webhooks/delivery.py). */

const RETRIED_STATUSES: readonly number[] = [429, 500, 502, 503, 504];
const BASE_MS = 1_000;
const GREATEST_MS = 60_000;
/** Longer wishes of a receiver are not granted: what comes next for it waits, too. */
const GREATEST_WISH_MS = 300_000;

/** Whether the receiver took it. MLflow: below 400, since it follows redirects; here they are not followed. */
export function isTaken(status: number): boolean {
  return status >= 200 && status < 300;
}

export function isRetried(status: number): boolean {
  return RETRIED_STATUSES.includes(status);
}

/** How long to wait after the `attempt`-th failure: 1 s, 2 s, 4 s … 60 s, and longer when the receiver asks. */
export function retryDelayMs(attempt: number, retryAfterMs: number | null): number {
  const backoff = Math.min(BASE_MS * 2 ** Math.min(attempt - 1, 16), GREATEST_MS);
  return Math.max(backoff, Math.min(retryAfterMs ?? 0, GREATEST_WISH_MS));
}

/** `Retry-After` (RFC 9110) in seconds or as a date, from now; null when there is none that can be read. */
export function parseRetryAfter(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  if (/^[0-9]{1,9}$/.test(header)) return Number(header) * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}
