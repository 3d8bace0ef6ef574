import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RegistryError } from '../../src/domain/errors.ts';
import type { Store } from '../../src/operations/ports.ts';
import type { OpenStore, StoreTarget } from '../support/store-targets.ts';

/** What every unit of work promises (operations/ports.ts, Store). */
export function storeSuite(target: StoreTarget): void {
  describe(`Store on ${target.name}`, () => {
    let opened: OpenStore;
    let store: Store;

    beforeEach(async () => {
      opened = await target.open();
      store = opened.store;
    });
    afterEach(async () => {
      await opened.close();
    });

    const insert = (name: string) =>
      store.write((writer) =>
        writer.registeredModels.insert({ name, description: null, tags: [], nowMs: 1 }),
      );
    const kind = (name: string) => store.read((reader) => reader.registeredModels.findKind(name));

    test('a write that throws leaves nothing behind', async () => {
      const failing = store.write(async (writer) => {
        await writer.registeredModels.insert({ name: 'a', description: null, tags: [], nowMs: 1 });
        throw new Error('after the insert');
      });
      await expect(failing).rejects.toThrow('after the insert');
      expect(await kind('a')).toBeNull();
    });

    test('a write sees its own changes and others see them after the commit', async () => {
      await store.write(async (writer) => {
        await writer.registeredModels.insert({ name: 'a', description: null, tags: [], nowMs: 1 });
        expect(await writer.registeredModels.findKind('a')).toBe('model');
      });
      expect(await kind('a')).toBe('model');
    });

    test('a unit of work inside another is an error and not a hang', async () => {
      await expect(store.read(() => store.read(async () => 1))).rejects.toThrow('inside another');
      await expect(store.write(() => store.write(async () => 1))).rejects.toThrow('inside another');
      await expect(store.write(() => store.read(async () => 1))).rejects.toThrow('inside another');
      expect(await insert('still works')).toBe(true);
    });

    test('of writes that start together each finds the others finished or waits', async () => {
      const made = await Promise.all(
        Array.from({ length: 12 }, (_, i) => insert(i % 2 === 0 ? 'same' : `own ${i}`)),
      );
      expect(made.filter((_, i) => i % 2 === 0).filter(Boolean)).toHaveLength(1);
      expect(made.filter((_, i) => i % 2 === 1)).toEqual([true, true, true, true, true, true]);
    });

    test('of writes that start together a failing one takes nothing of the others with it', async () => {
      const made = await Promise.allSettled(
        Array.from({ length: 9 }, (_, i) =>
          store.write(async (writer) => {
            await writer.registeredModels.insert({ name: `m${i}`, description: null, tags: [], nowMs: 1 });
            if (i % 3 === 1) throw new Error(`not ${i}`);
            return i;
          }),
        ),
      );
      for (const [i, outcome] of made.entries()) {
        expect(outcome.status).toBe(i % 3 === 1 ? 'rejected' : 'fulfilled');
        expect(await kind(`m${i}`)).toBe(i % 3 === 1 ? null : 'model');
      }
    });

    test('when a change that nobody waited for fails, the whole write does, with its error', async () => {
      const run = {
        experimentId: 0,
        userId: '',
        status: 'RUNNING',
        startTimeMs: 1,
        endTimeMs: null,
      } as const;
      const insertTwice = store.write(async (writer) => {
        await writer.registeredModels.insert({ name: 'a', description: null, tags: [], nowMs: 1 });
        await writer.runs.insert({ ...run, runId: 'r', name: 'r', artifactUri: '' });
        await writer.runs.insert({ ...run, runId: 'r', name: 'r', artifactUri: '' });
        return 'done';
      });
      const error = await insertTwice.catch((caught: unknown) => caught);
      expect(opened.engine.dialect.isUniqueViolation(error)).toBe(true);
      expect(await kind('a')).toBeNull();
      expect(await insert('still works')).toBe(true);
    });

    test('a value too long for its column is the caller’s fault or is kept whole, never cut', async () => {
      const name = 'n'.repeat(300);
      const error = await insert(name).catch((caught: unknown) => caught);
      if (error === true) expect(await kind(name)).toBe('model');
      else expect((error as RegistryError).code).toBe('invalid_argument');
    });

    test('a value with quotes, percent signs and every kind of letter comes back as it went in', async () => {
      const name = `O'Brien "100%" _ \\ ünïcode 鶏 🐔`;
      await insert(name);
      const model = await store.read((reader) => reader.registeredModels.find(name));
      expect(model?.name).toBe(name);
    });

    test('the change mark tells every commit from all before, or says that it cannot', async () => {
      const marks = [store.changeMark()];
      for (const name of ['a', 'b', 'c']) {
        await insert(name);
        marks.push(store.changeMark());
      }
      if (marks.every((mark) => mark === null)) return;
      expect(new Set(marks).size).toBe(4);
      await kind('a');
      expect(store.changeMark()).toBe(marks.at(-1));
    });

    test('ping answers', async () => {
      await expect(store.ping()).resolves.toBeUndefined();
    });
  });
}
