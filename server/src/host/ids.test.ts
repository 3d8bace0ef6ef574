import { expect, test } from 'vitest';
import { orderedUuids } from './ids.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('ids are UUIDs of version 7 that grow, within a millisecond and when the clock goes back', () => {
  let nowMs = Date.UTC(2026, 2, 4, 6);
  const next = orderedUuids(() => nowMs);
  const ids: string[] = [];
  for (const step of [0, 1, -60_000, 60_000, 60_000]) {
    nowMs += step;
    for (let i = 0; i < 5_000; i++) ids.push(next());
  }
  expect(ids.every((id) => UUID.test(id))).toBe(true);
  expect(ids).toEqual(ids.toSorted());
  expect(new Set(ids).size).toBe(ids.length);
  const lastMs = Number.parseInt(ids.at(-1)?.replaceAll('-', '').slice(0, 12) ?? '', 16);
  expect(lastMs - nowMs).toBeLessThanOrEqual(2);
});
