import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { noteRefusals } from '../../src/jobs/note-refusals.ts';
import { bootstrapAdmin } from '../../src/operations/bootstrap.ts';
import { type TestApp, testApp } from '../support/app.ts';

const PASSWORD = 'barn-owl-tractor-seven';
const basic = (name: string, password = PASSWORD) => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
});

/** As far as these tests look at an event. */
interface Told {
  readonly after: { readonly count: number } | null;
}

describe('a refusal is written down', () => {
  let server: TestApp;

  beforeEach(async () => {
    server = await testApp({ signIn: true });
    await bootstrapAdmin(server.deps, { name: 'ada', password: PASSWORD });
  });
  afterEach(() => server.close());

  const get = (url: string, headers: object = {}, remoteAddress = '192.0.2.1') =>
    server.app.inject({ method: 'GET', url, headers: { host: 'localhost', ...headers }, remoteAddress });

  async function events(action: string) {
    const answer = await get(`/api/v1/audit/events?action=${action}`, basic('ada'));
    return answer.json().events;
  }

  test('with who asked for what, each time, when it is known who asks', async () => {
    const made = await server.app.inject({
      method: 'POST',
      url: '/api/v1/users',
      headers: { host: 'localhost', ...basic('ada') },
      payload: { name: 'mia', kind: 'user', password: PASSWORD },
    });
    const id = made.json().user.id;
    for (const url of ['/api/v1/users', '/api/v1/audit/events'])
      expect((await get(url, { ...basic('mia'), 'user-agent': 'curl' })).statusCode).toBe(403);
    const denied = await events('access.denied');
    expect(denied).toMatchObject([
      { actor: { id, kind: 'user' }, object: { name: 'listAuditEvents' }, decision: 'denied' },
      { actor: { id }, object: { name: 'listUsers' }, client: { address: '192.0.2.1', user_agent: 'curl' } },
    ]);
    expect(denied[1].reason).toContain('mia may not manage-access');
  });

  test('once a minute for an address and a reason, and then by their number, when nobody is known', async () => {
    for (let n = 0; n < 5; n += 1) await get('/api/v1/models');
    for (let n = 0; n < 3; n += 1) await get('/api/v1/models', basic('ada', 'wrong-wrong-wrong'));
    await get('/api/v1/models', {}, '192.0.2.2');
    const first = await events('access.unauthenticated');
    expect(first).toHaveLength(3);
    for (const event of first)
      expect(event).toMatchObject({ actor: { id: null, kind: 'anonymous' }, after: null });

    const job = noteRefusals(server.deps);
    await job.turn(server.deps);
    expect(await events('access.unauthenticated')).toHaveLength(3);
    server.clock.advance(60_000);
    await job.turn(server.deps);
    const counts = (await events('access.unauthenticated')).slice(0, 2);
    expect(counts.map((event: Told) => event.after?.count).sort()).toEqual([2, 4]);
    expect(counts[0].client.address).toBe('192.0.2.1');
    await get('/api/v1/models');
    expect(await events('access.unauthenticated')).toHaveLength(6);
  });

  test('what is counted when the program ends is written then', async () => {
    const job = noteRefusals(server.deps);
    for (let n = 0; n < 3; n += 1) await get('/api/v1/models');
    await job.stop?.();
    const counts = (await events('access.unauthenticated')).map((event: Told) => event.after?.count ?? null);
    expect(counts.sort()).toEqual([2, null]);
  });

  test('an attack from thousands of addresses leaves a bounded number of events', async () => {
    const { refusals } = server.deps;
    const firsts = Array.from({ length: 5_000 }, (_, n) =>
      refusals.note({ address: `a${n}`, reason: 'r' }, 0),
    );
    expect(firsts.filter(Boolean)).toHaveLength(1_001);
    expect(refusals.take(60_000)).toEqual([
      { address: null, reason: 'of many addresses', sinceMs: 0, count: 3_999 },
    ]);
  });

  test('a wrong password at the sign-in page is one of them', async () => {
    const answer = await server.app.inject({
      method: 'POST',
      url: '/api/v1/session',
      headers: { host: 'localhost' },
      payload: { name: 'ada', password: 'wrong-wrong-wrong' },
    });
    expect(answer.statusCode).toBe(401);
    expect(await events('access.unauthenticated')).toMatchObject([{ object: { name: 'createSession' } }]);
  });
});
