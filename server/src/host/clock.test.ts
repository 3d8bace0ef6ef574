import { expect, test, vi } from 'vitest';
import { hostClock } from './clock.ts';

test('a clock that somebody sets has gone ahead of the time that passed', () => {
  expect(Math.abs(hostClock.driftMs())).toBeLessThan(5_000);
  const later = Date.now() + 2 * 86_400_000;
  vi.spyOn(Date, 'now').mockReturnValue(later);
  expect(hostClock.driftMs()).toBeGreaterThan(86_400_000);
  vi.restoreAllMocks();
});
