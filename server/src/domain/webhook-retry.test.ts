import { describe, expect, test } from 'vitest';
import { isRetried, isTaken, parseRetryAfter, retryDelayMs } from './webhook-retry.ts';

const NOW_MS = Date.UTC(2026, 2, 4, 6, 0, 0);

describe('retries', () => {
  test('429 and the passing failures of servers are retried, other statuses are not', () => {
    const statuses = Array.from({ length: 500 }, (_, index) => index + 100);
    expect(statuses.filter(isRetried)).toEqual([429, 500, 502, 503, 504]);
  });

  test('a message is taken by a 2xx alone', () => {
    expect([199, 200, 204, 299, 300, 302, 404].filter(isTaken)).toEqual([200, 204, 299]);
  });

  test('the pause doubles from 1 s up to 60 s', () => {
    expect([1, 2, 3, 6, 7, 8, 1_000].map((attempt) => retryDelayMs(attempt, null))).toEqual([
      1_000, 2_000, 4_000, 32_000, 60_000, 60_000, 60_000,
    ]);
  });

  test('a receiver may ask for a longer pause, up to five minutes, and not for a shorter one', () => {
    expect(retryDelayMs(1, 90_000)).toBe(90_000);
    expect(retryDelayMs(1, 86_400_000)).toBe(300_000);
    expect(retryDelayMs(3, 1)).toBe(4_000);
  });

  test('Retry-After is seconds or a date; anything else is ignored', () => {
    expect(parseRetryAfter('120', NOW_MS)).toBe(120_000);
    expect(parseRetryAfter('Wed, 04 Mar 2026 06:00:30 GMT', NOW_MS)).toBe(30_000);
    expect(parseRetryAfter('Wed, 04 Mar 2026 05:00:00 GMT', NOW_MS)).toBe(0);
    for (const text of [null, '', 'soon', '9999999999999', '-1x'])
      expect(parseRetryAfter(text, NOW_MS)).toBeNull();
  });
});
