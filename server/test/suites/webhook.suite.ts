import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { WebhookEvent } from '../../src/domain/webhook.ts';
import { aliasChanged, modelCreated } from '../../src/domain/webhook-payload.ts';
import type { NewWebhook } from '../../src/operations/ports/webhook.ts';
import type { Store } from '../../src/operations/ports.ts';
import { createStore } from '../../src/store/store.ts';
import type { OpenStore, StoreTarget } from '../support/store-targets.ts';

const CREATED: WebhookEvent = { entity: 'registered_model', action: 'created' };
const ALIAS: WebhookEvent = { entity: 'model_version_alias', action: 'created' };
const PROMPT_ALIAS: WebhookEvent = { entity: 'prompt_alias', action: 'created' };
const LEASE_MS = 100;

/** What is promised of webhooks and what waits for them (operations/ports/webhook*.ts). */
export function webhookSuite(target: StoreTarget): void {
  describe(`webhooks on ${target.name}`, () => {
    let opened: OpenStore;
    let store: Store;

    beforeEach(async () => {
      opened = await target.open();
      store = opened.store;
    });
    afterEach(async () => {
      await opened.close();
    });

    const insert = (webhookId: string, change: Partial<NewWebhook> = {}, nowMs = 1) =>
      store.write((writer) =>
        writer.webhooks.insert(
          {
            webhookId,
            name: webhookId,
            description: null,
            url: `https://example.org/${webhookId}`,
            status: 'ACTIVE',
            sealedSecret: null,
            events: [CREATED],
            ...change,
          },
          nowMs,
        ),
      );
    const find = (webhookId: string) => store.read((reader) => reader.webhooks.find(webhookId));
    const announce = (name: string, nowMs = 1) =>
      store.write((writer) =>
        writer.webhookDeliveries.add(modelCreated({ name, tags: [], description: null }), nowMs),
      );
    const claim = (nowMs: number) =>
      store.write((writer) => writer.webhookDeliveries.claim(nowMs, nowMs + LEASE_MS));
    const nextDueMs = () => store.read((reader) => reader.webhookDeliveries.nextDueMs());
    /** Claims and finishes all that is due: webhook and name. */
    const drain = async (nowMs = 10) => {
      const sent: string[] = [];
      for (;;) {
        const next = await claim(nowMs);
        if (next === null) return sent;
        sent.push(`${next.webhookId} ${JSON.parse(next.data).name}`);
        await store.write((writer) => writer.webhookDeliveries.finish(next.id));
      }
    };

    test('one is found as it was made, its events by entity and action', async () => {
      const events: WebhookEvent[] = [
        { entity: 'prompt', action: 'created' },
        { entity: 'model_version_tag', action: 'set' },
        { entity: 'model_version_tag', action: 'deleted' },
        { entity: 'model_version', action: 'created' },
      ];
      await insert('a', { events, description: 'd', sealedSecret: 'sealed', status: 'DISABLED' }, 7);
      expect(await find('a')).toEqual({
        webhookId: 'a',
        name: 'a',
        description: 'd',
        url: 'https://example.org/a',
        status: 'DISABLED',
        events: [events[3], events[2], events[1], events[0]],
        createdAtMs: 7,
        updatedAtMs: 7,
      });
      expect(await store.read((reader) => reader.webhooks.findTarget('a'))).toEqual({
        url: 'https://example.org/a',
        status: 'DISABLED',
        sealedSecret: 'sealed',
      });
      expect(await find('b')).toBeNull();
    });

    test('the list begins with the newest and goes on from page to page without a gap', async () => {
      for (const [id, nowMs] of [
        ['a', 1],
        ['b', 2],
        ['c', 2],
        ['d', 3],
      ] as const)
        await insert(id, {}, nowMs);
      const page = async (limit: number, offset: number) => {
        const { items, nextOffset } = await store.read((reader) => reader.webhooks.list({ limit, offset }));
        return [items.map((webhook) => webhook.webhookId), nextOffset];
      };
      expect(await page(10, 0)).toEqual([['d', 'b', 'c', 'a'], null]);
      expect(await page(3, 0)).toEqual([['d', 'b', 'c'], 3]);
      expect(await page(3, 3)).toEqual([['a'], null]);
      expect(await page(4, 0)).toEqual([['d', 'b', 'c', 'a'], null]);
    });

    test('an update changes what it names and nothing else', async () => {
      await insert('a', { sealedSecret: 'sealed' });
      const before = await find('a');
      const update = (change: object, nowMs: number) =>
        store.write((writer) => writer.webhooks.update('a', change, nowMs));
      expect(await update({}, 2)).toBe(true);
      expect(await find('a')).toEqual({ ...before, updatedAtMs: 2 });
      await update({ name: 'n', description: '', url: 'https://n/', status: 'DISABLED', events: [ALIAS] }, 3);
      expect(await find('a')).toEqual({
        ...before,
        name: 'n',
        description: '',
        url: 'https://n/',
        status: 'DISABLED',
        events: [ALIAS],
        updatedAtMs: 3,
      });
      const secret = async () =>
        (await store.read((reader) => reader.webhooks.findTarget('a')))?.sealedSecret;
      expect(await secret()).toBe('sealed');
      await update({ sealedSecret: null }, 4);
      expect(await secret()).toBeNull();
      expect(await store.write((writer) => writer.webhooks.update('b', { name: 'x' }, 4))).toBe(false);
    });

    test('a deleted one is absent everywhere, and its row stays', async () => {
      await insert('a');
      const remove = () => store.write((writer) => writer.webhooks.delete('a', 5));
      expect(await remove()).toBe(true);
      expect(await remove()).toBe(false);
      expect(await find('a')).toBeNull();
      expect(await store.read((reader) => reader.webhooks.findTarget('a'))).toBeNull();
      expect((await store.read((reader) => reader.webhooks.list({ limit: 9, offset: 0 }))).items).toEqual([]);
      expect(await store.write((writer) => writer.webhooks.update('a', { name: 'x' }, 6))).toBe(false);
      const rows = await opened.engine.db.selectFrom('webhooks').select('deleted_timestamp').execute();
      expect(rows).toEqual([{ deleted_timestamp: 5 }]);
    });

    test('those of another workspace are not seen and not told', async () => {
      await insert('a');
      await opened.engine.transaction(async (db) => {
        await db.updateTable('webhooks').set({ workspace: 'other' }).execute();
      });
      await announce('m');
      expect([await find('a'), await nextDueMs()]).toEqual([null, null]);
    });

    test('an announcement waits for each active webhook that listens, and for no other', async () => {
      await insert('a');
      await insert('b', { events: [ALIAS, CREATED] });
      await insert('deaf', { events: [ALIAS] });
      await insert('disabled', { status: 'DISABLED' });
      await insert('deleted');
      await store.write((writer) => writer.webhooks.delete('deleted', 2));
      await announce('m', 4);
      expect(await nextDueMs()).toBe(4);
      expect((await drain()).sort()).toEqual(['a m', 'b m']);
      expect(await nextDueMs()).toBeNull();
    });

    test('whether a change is a model’s or a prompt’s is read where it is written', async () => {
      await insert('model', { events: [ALIAS] });
      await insert('prompt', { events: [PROMPT_ALIAS] });
      const prompt = (value: string) => [{ key: 'mlflow.prompt.is_prompt', value }];
      await store.write(async (writer) => {
        const made = { description: null, nowMs: 1 };
        await writer.registeredModels.insert({ ...made, name: 'm', tags: [] });
        await writer.registeredModels.insert({ ...made, name: 'p', tags: prompt('true') });
        for (const name of ['m', 'p', 'absent'])
          await writer.webhookDeliveries.add(aliasChanged(name, 'x', 1), 1);
      });
      expect((await drain()).sort()).toEqual(['model absent', 'model m', 'prompt p']);
    });

    test('what is rolled back is not announced, and each commit that left something is told once', async () => {
      let told = 0;
      const telling = createStore(opened.engine, {
        onLeft: () => {
          told += 1;
        },
      });
      const add = (name: string) =>
        telling.write(async (writer) => {
          await writer.webhookDeliveries.add(modelCreated({ name, tags: [], description: null }), 1);
          if (name === 'bad') throw new Error('after the announcement');
        });
      await add('nobody listens');
      expect(told).toBe(0);
      await insert('a');
      await expect(add('bad')).rejects.toThrow('after the announcement');
      expect([told, await nextDueMs()]).toEqual([0, null]);
      await Promise.all(['m', 'n'].map(add));
      expect(told).toBe(2);
    });

    test('a webhook gets one at a time and in order; a claimed one is nobody else’s until it lapses', async () => {
      await insert('a');
      for (const name of ['first', 'second']) await announce(name);
      const first = await claim(10);
      expect([JSON.parse(first?.data ?? '').name, first?.attempt]).toEqual(['first', 1]);
      expect(await claim(10)).toBeNull();
      expect(await nextDueMs()).toBe(10 + LEASE_MS);
      const again = await claim(10 + LEASE_MS);
      expect([again?.id, again?.attempt]).toEqual([first?.id, 2]);
    });

    test('claims of a server that died are taken back at a start', async () => {
      await insert('a');
      await announce('m');
      await claim(10);
      await store.write((writer) => writer.webhookDeliveries.releaseAll());
      expect((await claim(10))?.attempt).toBe(2);
    });

    test('of many that claim at once each delivery goes to one', async () => {
      for (let index = 0; index < 5; index += 1) await insert(`w${index}`);
      await announce('m');
      await announce('n');
      const claims = await Promise.all(Array.from({ length: 12 }, () => claim(10)));
      const ids = claims.filter((one) => one !== null).map((one) => one.id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const one of claims) if (one !== null) expect(JSON.parse(one.data).name).toBe('m');
      // Who lost a race finds what is left.
      for (let more = await claim(10); more !== null; more = await claim(10)) ids.push(more.id);
      expect(new Set(ids).size).toBe(5);
    });

    test('a postponed one holds back what comes after it; an attempt that was none is not counted', async () => {
      await insert('a');
      for (const name of ['first', 'second']) await announce(name);
      const postpone = async (nowMs: number, dueMs: number, counted: boolean) => {
        const taken = await claim(nowMs);
        if (taken !== null) await store.write((w) => w.webhookDeliveries.postpone(taken, dueMs, counted));
        return taken?.attempt;
      };
      expect(await postpone(10, 50, true)).toBe(1);
      expect([await nextDueMs(), await claim(49)]).toEqual([50, null]);
      expect(await postpone(50, 60, false)).toBe(2);
      expect(await postpone(60, 60, false)).toBe(2);
      expect(await drain(60)).toEqual(['a first', 'a second']);
    });

    test('one that is given up stays with its reason, and lets the next one through', async () => {
      await insert('a');
      for (const name of ['first', 'second']) await announce(name);
      const taken = await claim(10);
      if (taken !== null) await store.write((w) => w.webhookDeliveries.fail(taken, 20, 'it answered 404'));
      expect(await store.read((reader) => reader.webhookDeliveries.listFailed('a'))).toEqual([
        { id: taken?.id, reason: 'it answered 404', attempts: 1, failedAtMs: 20 },
      ]);
      expect(await drain()).toEqual(['a second']);
    });

    test('who claimed too long ago changes nothing of a newer claim', async () => {
      await insert('a');
      await announce('m');
      const stale = await claim(10);
      const current = await claim(10 + LEASE_MS);
      if (stale === null || current === null) throw new Error('nothing was claimed');
      await store.write((writer) => writer.webhookDeliveries.fail(stale, 20, 'late'));
      await store.write((writer) => writer.webhookDeliveries.postpone(stale, 0, true));
      expect(await claim(10 + LEASE_MS)).toBeNull();
      expect(await nextDueMs()).toBe(10 + 2 * LEASE_MS);
    });

    test('what waits for a webhook can be dropped; what is old is swept, the oldest first', async () => {
      await insert('a');
      await insert('b');
      await announce('m');
      await store.write((writer) => writer.webhookDeliveries.drop('a'));
      expect(await drain()).toEqual(['b m']);
      for (const nowMs of [5, 3, 9]) await announce(`at ${nowMs}`, nowMs);
      await store.write((writer) => writer.webhookDeliveries.drop('b'));
      await store.write((writer) => writer.webhookDeliveries.sweep(9, 1));
      expect(await drain()).toEqual(['a at 5', 'a at 9']);
    });
  });
}
