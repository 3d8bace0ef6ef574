import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestApp, testApp } from '../support/app.ts';

let server: TestApp;

beforeAll(async () => {
  server = await testApp({
    allowedHosts: ['registry.example.org'],
    allowedOrigins: ['https://ui.example.org'],
  });
});
afterAll(async () => {
  await server.close();
});

const VERSION = '/version';
const CREATE = '/api/2.0/mlflow/registered-models/create';

describe('the Host header', () => {
  test.each([
    '127.0.0.1:5136',
    'localhost',
    'LOCALHOST:80',
    '[::1]:5136',
    '10.1.2.3',
    'registry.example.org:443',
  ])('%s is answered', async (host) => {
    expect((await server.app.inject({ url: VERSION, headers: { host } })).statusCode).toBe(200);
  });

  test.each([
    'evil.example.org',
    'localhost.evil.org',
    '127.0.0.1.evil.org',
    'registry.example.org.evil.org',
    '1.2.3',
    'a b',
  ])('%j is refused with 400', async (host) => {
    expect((await server.app.inject({ url: VERSION, headers: { host } })).statusCode).toBe(400);
  });

  test('health and readiness answer any host, as probes send it', async () => {
    for (const url of ['/health', '/ready'])
      expect((await server.app.inject({ url, headers: { host: 'evil.example.org' } })).statusCode).toBe(200);
  });
});

describe('the Origin header', () => {
  const post = (origin: string) =>
    server.app.inject({
      method: 'POST',
      url: CREATE,
      headers: { host: 'localhost:5136', origin },
      payload: {},
    });

  test.each(['http://localhost:5136', 'https://ui.example.org'])('%s may change things', async (origin) => {
    expect((await post(origin)).statusCode).toBe(400);
  });

  test.each(['https://evil.org', 'http://localhost:5137', 'null', 'https://ui.example.org.evil.org'])(
    '%s may not',
    async (origin) => {
      expect((await post(origin)).statusCode).toBe(403);
    },
  );

  test('reading is not a matter of origin', async () => {
    const answer = await server.app.inject({ url: VERSION, headers: { origin: 'https://evil.org' } });
    expect(answer.statusCode).toBe(200);
  });
});

describe('health', () => {
  test('GET /health says that the process lives and who it is', async () => {
    const answer = await server.app.inject({ url: '/health' });
    expect(answer.json()).toEqual({
      status: 'healthy',
      service: 'cloud-mlflow-registry',
      version: '0.0.0-test',
    });
  });

  test('GET /ready says that database and artifact root answer', async () => {
    const answer = await server.app.inject({ url: '/ready' });
    expect(answer.json()).toMatchObject({
      status: 'ready',
      service: 'cloud-mlflow-registry',
      mlflow_connected: true,
      checks: { database: { ok: true }, artifacts: { ok: true } },
    });
  });

  test('GET /ready answers 503 with a general reason when the database is gone', async () => {
    await using broken = await testApp();
    await broken.database.engine.close();
    const answer = await broken.app.inject({ url: '/ready' });
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({ status: 'not_ready', mlflow_connected: false });
    expect(answer.body).not.toMatch(/sqlite|\//i);
  });
});

describe('the log', () => {
  test('has one line a request with id, operation, status and duration, and no body or query', async () => {
    const before = server.log.length;
    const answer = await server.app.inject({
      method: 'POST',
      url: `${CREATE}?token=geheim`,
      payload: { name: 'logged', description: 'hunter2' },
    });
    const lines = server.log.slice(before).map((line) => JSON.parse(line));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      request_id: answer.headers['x-request-id'],
      operation: 'createRegisteredModel',
      status: 200,
    });
    expect(lines[0].duration_ms).toBeGreaterThan(0);
    expect(server.log.slice(before).join('')).not.toMatch(/hunter2|geheim/);
  });
});

test('the absolute form of a request target is the same route', async () => {
  const answer = await server.app.inject({ url: '/version' });
  expect(answer.body).toBe('3.17.2');
  expect(answer.headers['x-content-type-options']).toBe('nosniff');
});

describe('another method than those of a path', () => {
  test.each([
    ['GET', CREATE, 'POST'],
    ['PUT', '/ajax-api/2.0/mlflow/registered-models/get', 'GET'],
    ['DELETE', '/api/2.0/mlflow/runs/get', 'GET'],
    ['PATCH', '/api/2.0/mlflow-artifacts/artifacts/1/run/artifacts/a.txt', 'DELETE, GET, HEAD, PUT'],
    ['POST', '/health', 'GET, HEAD'],
    ['PUT', '/version', 'GET, HEAD'],
  ])('%s %s is 405 with Allow, in JSON', async (method, url, allow) => {
    const answer = await server.app.inject({ method: method as 'PUT', url });
    expect([answer.statusCode, answer.headers.allow]).toEqual([405, allow]);
    expect(answer.json()).toMatchObject({ error_code: 'ENDPOINT_NOT_FOUND' });
  });

  test('OPTIONS says what a path answers, and of no path that there is none', async () => {
    const known = await server.app.inject({ method: 'OPTIONS', url: CREATE });
    expect([known.statusCode, known.headers.allow, known.body]).toEqual([204, 'POST', '']);
    const unknown = await server.app.inject({ method: 'OPTIONS', url: '/api/2.0/mlflow/no-such' });
    expect(unknown.statusCode).toBe(404);
    expect(unknown.headers.allow).toBeUndefined();
  });
});
