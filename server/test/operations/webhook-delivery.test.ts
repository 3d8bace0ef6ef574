import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { modelCreated } from '../../src/domain/webhook-payload.ts';
import { webhookSecrets } from '../../src/host/webhook-secrets.ts';
import {
  claimDelivery,
  type DeliveryResult,
  deliver,
  sweepDeliveries,
} from '../../src/operations/webhook-delivery.ts';
import { type TestDeps, testDeps } from '../support/deps.ts';
import { type StoreTarget, storeTargets } from '../support/store-targets.ts';
import {
  localWebhooks,
  type Receiver,
  type ReceiverAnswer,
  receiver,
  TEST_KEY,
  testWebhooks,
} from '../support/webhooks.ts';

const NEVER = new AbortController().signal;
const EVENT = { entity: 'registered_model', action: 'created' } as const;

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

interface Place {
  readonly deps: TestDeps;
  readonly inside: Receiver;
  announce(name: string): Promise<void>;
  /** Sends what is due, one after the other. */
  turn(): Promise<DeliveryResult[]>;
  failures(): Promise<string[]>;
}

/** A webhook that leads to a receiver on this machine. */
async function place(
  answer?: (index: number) => ReceiverAnswer | undefined,
  {
    webhooks = localWebhooks(),
    sealedSecret = null as string | null,
    url = undefined as string | undefined,
  } = {},
): Promise<Place> {
  const [target] = storeTargets as [StoreTarget];
  const deps = await testDeps(target, webhooks);
  const inside = await receiver(answer && ((_request, index) => answer(index)));
  opened.push(deps.close, async () => inside[Symbol.asyncDispose]());
  const webhook = {
    webhookId: 'w',
    name: 'w',
    description: null,
    status: 'ACTIVE',
    events: [EVENT],
  } as const;
  await deps.store.write((writer) =>
    writer.webhooks.insert({ ...webhook, url: url ?? inside.url, sealedSecret }, 1),
  );
  return {
    deps,
    inside,
    announce: (name) =>
      deps.store.write((writer) =>
        writer.webhookDeliveries.add(modelCreated({ name, tags: [], description: null }), deps.clock.now()),
      ),
    async turn() {
      const results: DeliveryResult[] = [];
      for (;;) {
        const claim = await claimDelivery(deps);
        if (claim === null) return results;
        results.push(await deliver(deps, claim, NEVER));
      }
    },
    failures: async () =>
      (await deps.store.read((reader) => reader.webhookDeliveries.listFailed('w'))).map(
        ({ reason }) => reason,
      ),
  };
}

const waiting = (deps: TestDeps) => deps.store.read((reader) => reader.webhookDeliveries.nextDueMs());
const id = (inside: Receiver, index: number) => inside.received[index]?.headers['x-mlflow-delivery-id'];

describe('a delivery', () => {
  test('arrives with MLflow’s headers and body, signed over id, time and body, and is gone then', async () => {
    const sealedSecret = webhookSecrets(TEST_KEY).seal('topsecret');
    const { deps, inside, announce, turn } = await place(undefined, { sealedSecret });
    await announce('m');
    deps.clock.advance(2_500);
    expect(await turn()).toEqual([{ kind: 'delivered' }]);
    const [request] = inside.received;
    expect(request?.body).toBe(
      '{"entity": "registered_model", "action": "created", "timestamp": "2026-03-04T06:00:00.000000+00:00", ' +
        '"data": {"name": "m", "tags": {}, "description": ""}}',
    );
    const { headers } = request ?? {};
    const [deliveryId, timestamp] = [headers?.['x-mlflow-delivery-id'], headers?.['x-mlflow-timestamp']];
    expect(timestamp).toBe(String(deps.clock.now() / 1_000 - 0.5));
    expect(deliveryId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
    const signed = createHmac('sha256', 'topsecret').update(`${deliveryId}.${timestamp}.${request?.body}`);
    expect(headers?.['x-mlflow-signature']).toBe(`v1,${signed.digest('base64')}`);
    expect(headers?.['content-type']).toBe('application/json');
    expect([await waiting(deps), await turn()]).toEqual([null, []]);
  });

  test.each([429, 500, 502, 503, 504])(
    'after %d it is sent again after 1, 2 and 4 s, under the same id, and then given up',
    async (status) => {
      const { deps, inside, announce, turn, failures } = await place(() => ({ status }));
      await announce('m');
      const pauses: number[] = [];
      for (let attempt = 0; attempt < 4; attempt += 1) {
        await turn();
        const dueMs = await waiting(deps);
        if (dueMs === null) break;
        pauses.push(Math.floor((dueMs - deps.clock.now()) / 1_000));
        deps.clock.advance(dueMs - deps.clock.now());
      }
      expect(pauses).toEqual([1, 2, 4]);
      expect(inside.received).toHaveLength(4);
      expect(new Set(inside.received.map((request) => request.body)).size).toBe(1);
      expect(new Set([0, 1, 2, 3].map((index) => id(inside, index))).size).toBe(1);
      expect(await failures()).toEqual([`The receiver answered ${status}.`]);
    },
  );

  test.each([301, 307, 400, 401, 404, 410, 501])('after %d it is given up at once', async (status) => {
    const { inside, announce, turn, failures } = await place(() => ({ status }));
    await announce('m');
    expect(await turn()).toEqual([{ kind: 'given_up', reason: `The receiver answered ${status}.` }]);
    expect([inside.received.length, await failures()]).toEqual([1, [`The receiver answered ${status}.`]]);
  });

  test('a receiver that comes back gets everything, each once, in the order of the changes', async () => {
    const { deps, inside, announce, turn } = await place((index) => ({ status: index === 0 ? 503 : 200 }));
    for (const name of ['a', 'b', 'c']) await announce(name);
    expect(await turn()).toMatchObject([{ kind: 'postponed' }]);
    deps.clock.advance(3_000);
    expect(await turn()).toMatchObject([{ kind: 'delivered' }, { kind: 'delivered' }, { kind: 'delivered' }]);
    expect(inside.received.map(({ body }) => JSON.parse(body).data.name)).toEqual(['a', 'a', 'b', 'c']);
    expect(id(inside, 0)).toBe(id(inside, 1));
    expect(new Set([1, 2, 3].map((index) => id(inside, index))).size).toBe(3);
  });

  test('a longer pause that the receiver asks for is kept', async () => {
    const headers = { 'retry-after': '90' };
    const { deps, announce, turn } = await place(() => ({ status: 503, headers }));
    await announce('m');
    await turn();
    expect(Math.floor(((await waiting(deps)) ?? 0) - deps.clock.now()) / 1_000).toBeGreaterThanOrEqual(90);
  });

  test('no answer counts as a failure that passes', async () => {
    const webhooks = localWebhooks({ deadlineMs: 30 });
    const { announce, turn } = await place(() => undefined, { webhooks });
    await announce('m');
    expect(await turn()).toEqual([{ kind: 'postponed', reason: 'no answer in time' }]);
  });

  test('who claims and dies is followed by another when the lease has lapsed', async () => {
    const { deps, inside, announce, turn } = await place();
    await announce('m');
    await claimDelivery(deps);
    expect(await turn()).toEqual([]);
    deps.clock.advance(deps.webhooks.deadlineMs + 15_000);
    expect(await turn()).toEqual([{ kind: 'delivered' }]);
    expect(inside.received).toHaveLength(1);
  });

  test('a stop gives it back, uncounted, to be sent at once by the next', async () => {
    const { deps, inside, announce, turn } = await place((index) =>
      index === 0 ? undefined : { status: 200 },
    );
    await announce('m');
    const claim = await claimDelivery(deps);
    if (claim === null) throw new Error('nothing was claimed');
    const stopping = new AbortController();
    const result = deliver(deps, claim, stopping.signal);
    await inside.arrived(1);
    stopping.abort();
    expect(await result).toEqual({ kind: 'released' });
    expect(await turn()).toEqual([{ kind: 'delivered' }]);
    expect(id(inside, 0)).toBe(id(inside, 1));
  });
});

describe('what is not sent', () => {
  test('announcements for a webhook that was deleted or disabled meanwhile', async () => {
    for (const change of ['delete', 'disable']) {
      const { deps, inside, announce, turn } = await place();
      await announce('a');
      await announce('b');
      await deps.store.write(async ({ webhooks }) => {
        if (change === 'delete') await webhooks.delete('w', 2);
        else await webhooks.update('w', { status: 'DISABLED' }, 2);
      });
      expect(await turn()).toEqual([{ kind: 'dropped' }]);
      expect([inside.received, await waiting(deps)]).toEqual([[], null]);
    }
  });

  test('anything to a name that leads inside by now', async () => {
    const webhooks = testWebhooks({ egress: { resolve: async () => [{ address: '10.0.0.1', family: 4 }] } });
    const { announce, turn, failures } = await place(undefined, { webhooks, url: 'https://example.org/' });
    await announce('m');
    await turn();
    expect(await failures()).toEqual([
      "Webhook URL must not resolve to a non-public IP address. 'example.org' resolves to 10.0.0.1.",
    ]);
  });

  test('anything to a scheme that is not allowed any more; the reason shows no password', async () => {
    const webhooks = testWebhooks();
    const { announce, turn, failures } = await place(undefined, {
      webhooks,
      url: 'http://ada:lace@example.org/',
    });
    await announce('m');
    await turn();
    expect(await failures()).toEqual(['The URL is not one that this server sends to.']);
  });

  test('anything unsigned because the secret cannot be read: it waits until the key is back', async () => {
    const sealedSecret = webhookSecrets(TEST_KEY).seal('topsecret');
    const webhooks = { ...localWebhooks(), webhookSecrets: webhookSecrets(null) };
    const { deps, inside, announce, turn } = await place(undefined, { webhooks, sealedSecret });
    await announce('m');
    for (let attempt = 0; attempt < 9; attempt += 1) {
      expect(await turn()).toMatchObject([{ kind: 'postponed' }]);
      deps.clock.advance(60_000);
    }
    expect(inside.received).toEqual([]);
    const mended = { ...deps, webhookSecrets: webhookSecrets(TEST_KEY) };
    const claim = await claimDelivery(mended);
    expect(claim && (await deliver(mended, claim, NEVER))).toEqual({ kind: 'delivered' });
  });
});

test('failures are kept for thirty days', async () => {
  const { deps, announce, turn, failures } = await place(() => ({ status: 404 }));
  await announce('m');
  await turn();
  deps.clock.advance(30 * 24 * 3_600_000);
  await sweepDeliveries(deps);
  expect(await failures()).toHaveLength(1);
  deps.clock.advance(1);
  await sweepDeliveries(deps);
  expect(await failures()).toEqual([]);
});
