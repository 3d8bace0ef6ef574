import { describe, expect, test } from 'vitest';
import { LOCAL_ACTOR } from '../../src/domain/actor.ts';
import { startBackgroundJobs } from '../../src/jobs/runner.ts';
import { createSignal } from '../../src/jobs/signal.ts';
import type { Deps } from '../../src/operations/ports.ts';
import { createRegisteredModel } from '../../src/operations/registered-model.ts';
import { createStore } from '../../src/store/store.ts';
import { type TestDeps, testDeps } from '../support/deps.ts';
import { type StoreTarget, storeTargets } from '../support/store-targets.ts';
import { localWebhooks, type Receiver, receiver } from '../support/webhooks.ts';

const EVENT = { entity: 'registered_model', action: 'created' } as const;

/** A server's jobs on the database of `base`, as `compose.ts` puts them together. */
function serverOn(base: TestDeps, { lanes = 10, alone = true } = {}) {
  const waiting = createSignal();
  const store = createStore(base.database.engine, { onLeft: waiting.notify });
  const deps: Deps = { ...base, store };
  const problems: string[] = [];
  const log = {
    debug: () => undefined,
    error: (_detail: object, message: string) => void problems.push(message),
  };
  const serverId = base.ids.uuid();
  const jobs = startBackgroundJobs(deps, {
    serverId,
    log,
    auditEvents: createSignal(),
    verifyDays: 0,
    webhooks: { waiting, lanes, alone },
  });
  const create = (name: string) =>
    createRegisteredModel(deps, LOCAL_ACTOR, { name, tags: [], description: null });
  return { deps, jobs, create, problems };
}

async function listen(deps: Deps, webhookId: string, { url }: Receiver): Promise<void> {
  const webhook = { webhookId, name: 'w', description: null, status: 'ACTIVE', sealedSecret: null } as const;
  await deps.store.write((writer) => writer.webhooks.insert({ ...webhook, url, events: [EVENT] }, 1));
}

const names = (to: Receiver) => to.received.map(({ body }) => JSON.parse(body).data.name as string);
const deliveryIds = (to: Receiver) => to.received.map(({ headers }) => headers['x-mlflow-delivery-id']);
const [memory, , postgres] = storeTargets as [StoreTarget, StoreTarget, StoreTarget];

describe('the job that sends', () => {
  test('is woken by the commit of a change, and sends in the order of the changes', async () => {
    const base = await testDeps(memory, localWebhooks());
    await using to = await receiver();
    await listen(base, 'w', to);
    const { jobs, create, problems } = serverOn(base);
    const wanted = Array.from({ length: 20 }, (_, index) => `m${index}`);
    for (const name of wanted) await create(name);
    await to.arrived(20);
    expect(names(to)).toEqual(wanted);
    await jobs.stop();
    expect(problems).toEqual([]);
    expect(await base.store.read((reader) => reader.webhookDeliveries.nextDueMs())).toBeNull();
    await base.close();
  });

  test('a receiver that does not answer holds up no other', async () => {
    const base = await testDeps(memory, localWebhooks());
    await using silent = await receiver(() => undefined);
    await using to = await receiver();
    await listen(base, 'a', silent);
    await listen(base, 'b', to);
    const { jobs, create } = serverOn(base, { lanes: 2 });
    for (const name of ['m', 'n']) await create(name);
    await to.arrived(2);
    expect([names(to), names(silent)]).toEqual([['m', 'n'], ['m']]);
    await jobs.stop();
    await base.close();
  });

  test('a stop does not wait for a silent receiver; the next server sends again under the same id', async () => {
    const base = await testDeps(memory, localWebhooks({ deadlineMs: 60_000 }));
    await using to = await receiver((_request, index) => (index === 0 ? undefined : { status: 200 }));
    await listen(base, 'w', to);
    const first = serverOn(base);
    await first.create('m');
    await to.arrived(1);
    await first.jobs.stop();
    const second = serverOn(base);
    await to.arrived(2);
    expect(names(to)).toEqual(['m', 'm']);
    expect(new Set(deliveryIds(to)).size).toBe(1);
    await second.jobs.stop();
    await base.close();
  });

  test('of two servers on one PostgreSQL each delivery is sent by one, in order', async () => {
    const base = await testDeps(postgres, localWebhooks());
    await using to = await receiver();
    await listen(base, 'w', to);
    const servers = [serverOn(base, { alone: false }), serverOn(base, { alone: false })];
    const wanted = Array.from({ length: 30 }, (_, index) => `m${index}`);
    for (const [index, name] of wanted.entries()) await servers[index % 2]?.create(name);
    await to.arrived(30);
    for (const { jobs } of servers) await jobs.stop();
    expect(names(to)).toEqual(wanted);
    expect(new Set(deliveryIds(to)).size).toBe(30);
    for (const { problems } of servers) expect(problems).toEqual([]);
    await base.close();
  });
});
