import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../../src/operations/ports.ts';
import type { OpenStore, StoreTarget } from '../support/store-targets.ts';

/** What is promised of keyed requests (operations/ports/idempotency.ts). */
export function idempotencySuite(target: StoreTarget): void {
  describe(`keyed requests on ${target.name}`, () => {
    let opened: OpenStore;
    let store: Store;

    beforeEach(async () => {
      opened = await target.open();
      store = opened.store;
    });
    afterEach(async () => {
      await opened.close();
    });

    const begin = (id: string, nowMs = 1) =>
      store.write((writer) => writer.idempotency.begin(id, { bodySha256: 'b', nowMs }));
    const find = (id: string) => store.read((reader) => reader.idempotency.find(id));

    test('of those that begin at once one does', async () => {
      const began = await Promise.all(Array.from({ length: 8 }, () => begin('a')));
      expect(began.filter(Boolean)).toHaveLength(1);
      expect(await find('a')).toEqual({ bodySha256: 'b', answer: null, createdAtMs: 1 });
    });

    test('an answer is kept as it was sent, and forgotten on demand', async () => {
      await begin('a');
      const answer = { status: 201, contentType: 'application/json', body: '{"x":"\\u0000 ü"}' };
      await store.write((writer) => writer.idempotency.keep('a', answer));
      expect(await find('a')).toMatchObject({ answer });
      await store.write((writer) => writer.idempotency.forget('a'));
      expect(await find('a')).toBeNull();
      expect(await begin('a')).toBe(true);
    });

    test('the oldest of those before an instant are swept, no more than wanted', async () => {
      for (const [id, nowMs] of [
        ['new', 9],
        ['c', 3],
        ['a', 1],
        ['b', 2],
      ] as const)
        await begin(id, nowMs);
      const left = async () => {
        const ids: string[] = [];
        for (const id of ['a', 'b', 'c', 'new']) if ((await find(id)) !== null) ids.push(id);
        return ids;
      };
      await store.write((writer) => writer.idempotency.sweep(9, 2));
      expect(await left()).toEqual(['c', 'new']);
      await store.write((writer) => writer.idempotency.sweep(9, 2));
      expect(await left()).toEqual(['new']);
    });
  });
}
