import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PREFIXES } from './artifact-doors.ts';
import { type GuardedApp, guardedApp, type Request } from './guarded-app.ts';

const JSON_TYPE = 'Content-Type: application/json';
/** What a refusal may cost of the processor, with sending and receiving. */
const LATEST_REFUSAL_MS = 500;
const MIB = 1024 * 1024;

let app: GuardedApp;

beforeAll(async () => {
  app = await guardedApp();
  const payload = { model_name: 'm', model_type: 'custom' };
  await app.server.app.inject({ method: 'POST', url: '/api/v1/models/register', payload });
});
afterAll(async () => {
  app.expectNothingOutside();
  await app.close();
});

/** A call with a body on each wire and prefix; `text` is the whole body. */
function bodies(text: string): Request[] {
  const headers = [JSON_TYPE];
  return [
    ...PREFIXES.flatMap((prefix) => [
      { method: 'POST', target: `${prefix}/mlflow/registered-models/create`, body: text, headers },
      { method: 'PATCH', target: `${prefix}/mlflow/registered-models/update`, body: text, headers },
      { method: 'DELETE', target: `${prefix}/mlflow/registered-models/delete`, body: text, headers },
      { method: 'POST', target: `${prefix}/mlflow/runs/log-batch`, body: text, headers },
    ]),
    { method: 'POST', target: '/api/v1/models/register', body: text, headers },
    { method: 'POST', target: '/api/v1/models/transition', body: text, headers },
    { method: 'PATCH', target: '/api/v1/models/m', body: text, headers },
  ];
}

async function residentBytes(): Promise<number> {
  globalThis.gc?.();
  return process.memoryUsage.rss();
}

describe('D1 bodies that cost', () => {
  const BODIES: readonly (readonly [what: string, body: () => string])[] = [
    ['100,000 nested arrays', () => '['.repeat(100_000)],
    ['100,000 nested arrays that close', () => '['.repeat(100_000) + ']'.repeat(100_000)],
    ['50,000 nested objects', () => `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
    ['nesting inside a known field', () => `{"name":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
    [
      'JSON in a JSON text, nested',
      () => JSON.stringify(`{"name":${'['.repeat(50_000)}${']'.repeat(50_000)}}`),
    ],
    ['1,000,000 keys', () => `{${Array.from({ length: 1_000_000 }, (_, i) => `"${i}":0`).join()}}`],
    ['1,000,000 elements', () => `{"metrics":[${'0,'.repeat(999_999)}0]}`],
    ['a text of 10 MB', () => `{"name":"${'x'.repeat(10_000_000)}"}`],
    ['a text of 10 MB of escapes', () => `{"name":"${'\\u0041'.repeat(1_700_000)}"}`],
    ['a text of 10 MB of quotes', () => `{"name":"${'\\"'.repeat(5_000_000)}"}`],
    ['a key of 10 MB', () => `{"${'x'.repeat(10_000_000)}":1}`],
    ['a number of 10 MB', () => `{"name":${'9'.repeat(10_000_000)}}`],
    ['a fraction of 10 MB', () => `{"name":0.${'9'.repeat(10_000_000)}}`],
    ['an exponent of 10 MB', () => `{"name":1e${'9'.repeat(10_000_000)}}`],
    ['blanks of 10 MB', () => ' '.repeat(10_000_000)],
    ['NUL of 10 MB', () => '\0'.repeat(10_000_000)],
  ];

  test.each(BODIES)('%s: refused at once, and memory stays flat', async (_what, make) => {
    const text = make();
    const before = await residentBytes();
    for (const request of bodies(text)) {
      const start = process.cpuUsage();
      await app.refuse(request, [400, 413]);
      const { user, system } = process.cpuUsage(start);
      const ms = (user + system) / 1_000;
      expect(ms, `${request.method} ${request.target}`).toBeLessThan(LATEST_REFUSAL_MS);
    }
    expect((await residentBytes()) - before).toBeLessThan(300 * MIB);
  });

  test.each(['Content-Length: 209715200', 'Transfer-Encoding: chunked'])(
    'a body of 200 MB (%s) is refused before it is there',
    async (length) => {
      for (const { method, target } of bodies('')) {
        const before = await residentBytes();
        const { status, sentBytes } = await flood(target, method, length);
        // The connection may be cut before the sender reads why.
        expect([0, 400, 413]).toContain(status);
        expect(sentBytes).toBeLessThan(120 * MIB);
        expect((await residentBytes()) - before).toBeLessThan(300 * MIB);
      }
    },
  );
});

/** Sends 200 MB as fast as they are taken; gives the status and how much went out before the end. */
function flood(
  target: string,
  method: string,
  length: string,
): Promise<{ status: number; sentBytes: number }> {
  const part = Buffer.alloc(MIB, 'x');
  const isChunked = length.startsWith('Transfer');
  return new Promise((resolve) => {
    let answer = '';
    let sentBytes = 0;
    const socket = connect(app.port, '127.0.0.1');
    const done = () => {
      socket.destroy();
      resolve({ status: Number(/^HTTP\/1\.1 ([0-9]{3})/.exec(answer)?.[1] ?? 0), sentBytes });
    };
    const more = () => {
      while (!socket.destroyed && sentBytes < 200 * MIB) {
        sentBytes += part.length;
        const bytes = isChunked
          ? Buffer.concat([Buffer.from('100000\r\n'), part, Buffer.from('\r\n')])
          : part;
        if (!socket.write(bytes)) return;
      }
    };
    socket.on('data', (bytes) => {
      answer += bytes.toString('latin1');
      if (answer.includes('\r\n\r\n')) done();
    });
    socket.on('drain', more);
    socket.on('error', done);
    socket.on('close', done);
    socket.write(`${method} ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\n${JSON_TYPE}\r\n${length}\r\n\r\n`);
    more();
  });
}

describe('D2 values that a parser may bend', () => {
  beforeEach(() => {
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('polluted');
  });

  test.each([
    '{"name":"a","name":"b"}',
    '{"name":"a","\\u006eame":"b"}',
    '{"tags":[{"key":"k","key":"l","value":"v"}],"name":"dup"}',
    '{"model_name":"a","model_type":"custom","tags":{"k":"1","k":"2"}}',
  ])('a key given twice is refused: %s', async (text) => {
    for (const request of bodies(text)) await app.refuse(request);
  });

  test.each([
    '{"__proto__":{"polluted":1}}',
    '{"__proto__":{"name":"a","model_name":"a","model_type":"custom","run_id":"r","version":"1","new_stage":"staging"}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    '{"name":{"__proto__":{"polluted":1}}}',
  ])('%s changes no object and gives no value', async (text) => {
    for (const request of bodies(text)) await app.refuse(request, [400, 404]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('__proto__ and constructor are keys like others', async () => {
    const tags = '{"__proto__":"p","constructor":"c","toString":"t"}';
    const body = `{"model_name":"odd-keys","model_type":"custom","tags":${tags},"hyperparameters":${tags}}`;
    const made = await app.send({
      method: 'POST',
      target: '/api/v1/models/register',
      body,
      headers: [JSON_TYPE],
    });
    expect(made.status, made.body).toBe(201);
    const found = (await app.send({ method: 'GET', target: '/api/v1/models/odd-keys' })).body;
    expect(found).toContain(`"tags":${tags}`);
    expect(found).toContain('"hyperparameters":{"__proto__":"p","constructor":"c","toString":"t"}');
  });

  test.each([
    '1e999',
    '-1e999',
    'NaN',
    'Infinity',
    '-Infinity',
    '01',
    '+1',
    '.5',
    '1.',
    '0x10',
    '1_000',
    '--1',
  ])('the number %s is refused', async (number) => {
    const metric = `{"run_id":"r","key":"k","value":${number},"timestamp":1}`;
    const registered = `{"model_name":"a","model_type":"custom","metrics":{"k":${number}}}`;
    for (const prefix of PREFIXES)
      await app.refuse({
        method: 'POST',
        target: `${prefix}/mlflow/runs/log-metric`,
        body: metric,
        headers: [JSON_TYPE],
      });
    await app.refuse({
      method: 'POST',
      target: '/api/v1/models/register',
      body: registered,
      headers: [JSON_TYPE],
    });
  });

  test('integers beyond 2^53 and the zero below zero are exact or refused, never rounded', async () => {
    const call = async (path: string, body: string) =>
      app.send({ method: 'POST', target: `/api/2.0/mlflow/${path}`, body, headers: [JSON_TYPE] });
    const run = JSON.parse((await call('runs/create', '{"experiment_id":"0"}')).body).run.info.run_id;
    const point = (rest: string) => call('runs/log-metric', `{"run_id":"${run}","key":"k",${rest}}`);
    expect((await point('"value":1,"timestamp":9007199254740993,"step":-9007199254740993')).status).toBe(200);
    expect((await point('"value":-0,"timestamp":-0,"step":-0')).status).toBe(200);
    for (const step of ['9223372036854775808', '1.5', '1e30', '"9223372036854775808"'])
      expect((await point(`"value":1,"timestamp":1,"step":${step}`)).status, step).toBe(400);
    const { body } = await app.send({
      method: 'GET',
      target: `/api/2.0/mlflow/metrics/get-history?run_id=${run}&metric_key=k`,
    });
    expect(body).toContain('"timestamp":9007199254740993,"step":-9007199254740993');
    expect(body).toContain('"timestamp":0,"step":0');
  });
});
