import { expect, test } from 'vitest';
import { within } from './deadline.ts';

const NEVER = new Promise<void>(() => undefined);

test('work that ends in time is waited for', async () => {
  expect(await within(Promise.resolve(), 60_000)).toBe(true);
});

test('work that does not end is left behind after the limit, or as soon as someone is in a hurry', async () => {
  expect(await within(NEVER, 1)).toBe(false);
  expect(await within(NEVER, 60_000, AbortSignal.abort())).toBe(false);
  const hurry = new AbortController();
  const waiting = within(NEVER, 60_000, hurry.signal);
  hurry.abort();
  expect(await waiting).toBe(false);
});

test('a failure of the work passes through', async () => {
  await expect(within(Promise.reject(new Error('broken')), 60_000)).rejects.toThrow('broken');
});
