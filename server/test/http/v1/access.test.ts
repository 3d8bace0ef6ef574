import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeCheckpoint, placeEvents } from '../../../src/operations/audit-log.ts';
import { bootstrapAdmin } from '../../../src/operations/bootstrap.ts';
import { type TestApp, testApp } from '../../support/app.ts';

const PASSWORD = 'barn-owl-tractor-seven';
const basic = (name: string, password = PASSWORD) => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
});
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('signing in', () => {
  let server: TestApp;

  beforeEach(async () => {
    server = await testApp({ signIn: true });
    await bootstrapAdmin(server.deps, { name: 'ada', password: PASSWORD });
  });
  afterEach(() => server.close());

  async function call(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    options: { headers?: object; body?: object } = {},
  ) {
    const answer = await server.app.inject({
      method,
      url,
      headers: { host: 'localhost:5136', ...options.headers },
      ...(options.body && { payload: options.body }),
    });
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: answer.body === '' ? {} : answer.json(),
    };
  }
  const ada = basic('ada');
  const createUser = async (name: string) =>
    (await call('POST', '/api/v1/users', { headers: ada, body: { name, kind: 'user', password: PASSWORD } }))
      .body.user;
  const grant = (user: string, role: string, resource: string, pattern: string) =>
    call('POST', '/api/v1/grants', { headers: ada, body: { user, role, resource, pattern } });

  test('what is open needs nobody; all else is 401 in the shape of its wire, with a challenge', async () => {
    for (const url of ['/health', '/ready', '/version', '/docs/'])
      expect((await server.app.inject({ url })).statusCode).toBe(200);
    const ours = await call('GET', '/api/v1/models');
    expect([ours.status, ours.body.code]).toEqual([401, 'unauthenticated']);
    expect(ours.headers['www-authenticate']).toBe('Basic realm="FarmIQ Model Registry", Bearer');
    const theirs = await call('GET', '/api/2.0/mlflow/registered-models/get?name=m');
    expect([theirs.status, theirs.body.error_code]).toEqual([401, 'UNAUTHENTICATED']);
    expect(theirs.body.message).toContain('MLFLOW_TRACKING_TOKEN');
    const unknown = await call('GET', '/api/2.0/mlflow/no-such');
    expect(unknown.status).toBe(401);
    const page = await call('GET', '/api/v1/models', { headers: { 'sec-fetch-site': 'same-origin' } });
    expect(page.headers['www-authenticate']).toBe('Bearer');
  });

  test.each([
    'Basic',
    'Basic !!!',
    'Basic bm9jb2xvbg==',
    'Digest x',
    'Bearer',
    'Bearer a b',
    `Bearer ${'x'.repeat(9_000)}`,
    '',
  ])('the header %j is 401 and no more', async (authorization) => {
    expect((await call('GET', '/api/v1/me', { headers: { authorization } })).status).toBe(401);
  });

  test('an admin makes a user, grants a role, and the user does what the role says', async () => {
    const mia = await createUser('mia');
    const headers = basic('mia');
    const create = (name: string) =>
      call('POST', '/api/2.0/mlflow/registered-models/create', { headers, body: { name } });
    expect((await create('layer-count')).status).toBe(403);
    expect((await grant(mia.id, 'writer', 'model', 'layer-*')).status).toBe(201);
    expect((await create('layer-count')).status).toBe(200);
    expect((await create('egg-size')).body).toMatchObject({ error_code: 'PERMISSION_DENIED' });
    const me = await call('GET', '/api/v1/me', { headers });
    expect(me.body.actor).toMatchObject({ name: 'mia', grants: [{ role: 'writer', pattern: 'layer-*' }] });
    expect((await call('GET', '/api/v1/users', { headers })).status).toBe(403);
  });

  test('a token shows its secret once, works on both wires, and ends at once when revoked', async () => {
    const made = await call('POST', '/api/v1/tokens', {
      headers: ada,
      body: { name: 'ci', scopes: ['read'] },
    });
    expect(made.status).toBe(201);
    const { secret, token } = made.body;
    expect((await call('GET', '/api/v1/models', { headers: bearer(secret) })).status).toBe(200);
    expect((await call('GET', '/api/v1/models', { headers: basic('token', secret) })).status).toBe(200);
    const write = await call('POST', '/api/2.0/mlflow/registered-models/create', {
      headers: bearer(secret),
      body: { name: 'm' },
    });
    expect(write.status).toBe(403);
    const listed = await call('GET', '/api/v1/tokens', { headers: ada });
    expect(listed.body.tokens).toMatchObject([{ id: token.id, prefix: secret.slice(0, 10) }]);
    expect(JSON.stringify(listed.body)).not.toContain(secret.slice(12));
    await call('DELETE', `/api/v1/tokens/${token.id}`, { headers: ada });
    expect((await call('GET', '/api/v1/models', { headers: bearer(secret) })).status).toBe(401);
    expect(server.log.join('')).not.toContain(secret.slice(12));
  });

  test('the secret is not kept for an Idempotency-Key', async () => {
    const headers = { ...ada, 'idempotency-key': 'k' };
    const body = { name: 'ci' };
    const first = await call('POST', '/api/v1/tokens', { headers, body });
    const second = await call('POST', '/api/v1/tokens', { headers, body });
    expect(second.headers['idempotency-replayed']).toBeUndefined();
    expect(second.body.secret).not.toBe(first.body.secret);
  });

  test('a browser gets a cookie that only this host gets, and may change things from its own pages alone', async () => {
    const signedIn = await call('POST', '/api/v1/session', { body: { name: 'ada', password: PASSWORD } });
    expect(signedIn.status).toBe(201);
    const cookie = String(signedIn.headers['set-cookie']);
    expect(cookie).toMatch(
      /^__Host-registry-session=[A-Za-z0-9_-]{43}; Expires=[^;]+; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
    );
    const headers = { cookie: cookie.split(';', 1)[0] };
    expect((await call('GET', '/api/v1/me', { headers })).body.actor.name).toBe('ada');
    const change = (more: object) =>
      call('POST', '/api/v1/users', { headers: { ...headers, ...more }, body: { name: 'x', kind: 'user' } });
    expect((await change({})).status).toBe(403);
    expect((await change({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await change({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await change({ origin: 'http://localhost:5136' })).status).toBe(201);
    const out = await call('DELETE', '/api/v1/session', {
      headers: { ...headers, 'sec-fetch-site': 'same-origin' },
    });
    expect(String(out.headers['set-cookie'])).toContain('Max-Age=0');
    expect((await call('GET', '/api/v1/me', { headers })).status).toBe(401);
  });

  test('wrong credentials are 401 below twenty a minute, then 429 with Retry-After', async () => {
    const wrong = () => call('GET', '/api/v1/me', { headers: basic('ada', 'wrong') });
    for (let i = 0; i < 20; i++) expect((await wrong()).status).toBe(401);
    const stopped = await wrong();
    expect([stopped.status, stopped.headers['retry-after']]).toEqual([429, '60']);
  });

  test('the log of what happened is an admin’s to read, with proofs', async () => {
    server.clock.advance(1);
    const mia = await createUser('mia');
    await placeEvents(server.deps);
    await makeCheckpoint(server.deps);
    const events = await call('GET', '/api/v1/audit/events?action=subject.create&limit=1', { headers: ada });
    expect(events.body.events).toMatchObject([
      {
        action: 'subject.create',
        object: { id: mia.id },
        decision: 'allowed',
        client: { address: '127.0.0.1' },
      },
    ]);
    const next = await call(
      'GET',
      `/api/v1/audit/events?action=subject.create&page_token=${events.body.next_page_token}`,
      { headers: ada },
    );
    expect(next.body.events).toMatchObject([{ actor: { id: 'operator' } }]);
    const { seq } = events.body.events[0];
    const proof = await call('GET', `/api/v1/audit/events/${seq}/proof`, { headers: ada });
    expect(JSON.parse(proof.body.proof.leaf)).toMatchObject({ action: 'subject.create' });
    const checkpoint = await call('GET', '/api/v1/audit/checkpoint', { headers: ada });
    expect(checkpoint.body.checkpoint).toEqual(proof.body.proof.checkpoint);
    const all = await server.app.inject({
      url: '/api/v1/audit/export',
      headers: { host: 'localhost:5136', ...ada },
    });
    expect(all.headers['content-type']).toBe('application/x-ndjson');
    const lines = all.body
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toEqual({ public_key: checkpoint.body.public_key });
    expect(lines.slice(1, -1).map((line) => line.seq)).toEqual(
      Array.from({ length: lines.length - 2 }, (_, place) => place),
    );
    expect(lines[seq + 1].event).toEqual(JSON.parse(proof.body.proof.leaf));
    expect(lines.at(-1).checkpoint).toBe(checkpoint.body.checkpoint.note);
    for (const url of [
      '/api/v1/audit/events',
      '/api/v1/audit/export',
      '/api/v1/audit/checkpoint',
      '/api/v1/audit/events/0/proof',
    ])
      expect((await call('GET', url, { headers: basic('mia') })).status).toBe(403);
    for (const seq of ['9999', '-1', 'x', '1e3', '01'])
      expect([400, 404]).toContain(
        (await call('GET', `/api/v1/audit/events/${seq}/proof`, { headers: ada })).status,
      );
    for (const query of ['since=yesterday', 'until=2026-01-01', 'action=none', 'page_token=x', 'limit=0'])
      expect((await call('GET', `/api/v1/audit/events?${query}`, { headers: ada })).status).toBe(400);
  });
});
