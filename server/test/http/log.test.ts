import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLogger } from '../../src/logging/logger.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { readLog } from '../support/log-lines.ts';

let server: TestApp;

beforeEach(async () => {
  server = await testApp();
});
afterEach(() => server.close());

const lines = () => readLog(server.log.join(''));
const get = (url: string) => server.app.inject({ url });

describe('a request', () => {
  test('is told by who asked, from where, and what was wrong', async () => {
    const answer = await get('/api/v1/models/absent');
    expect(lines()).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        request_id: answer.headers['x-request-id'],
        operation: 'getModel',
        method: 'GET',
        status: 404,
        code: 'model_not_found',
        duration_ms: expect.any(Number),
        actor: 'local',
        client_address: '127.0.0.1',
        msg: 'request',
      },
    ]);
  });

  test('that nobody signed in for has no actor', async () => {
    await using guarded = await testApp({ signIn: true });
    await guarded.app.inject({ url: '/api/v1/models' });
    const [line] = readLog(guarded.log.join(''));
    expect(line).toMatchObject({ status: 401, code: 'unauthenticated' });
    expect(line).not.toHaveProperty('actor');
  });

  test('has a line at its beginning, too, at DEBUG: with its path, without its query', async () => {
    await using verbose = await testApp({ logLevel: 'debug' });
    await verbose.app.inject({ url: '/api/v1/models/a%20b?token=geheim' });
    expect(readLog(verbose.log.join(''))).toMatchObject([
      { level: 'debug', msg: 'request begins', operation: 'getModel', path: '/api/v1/models/a%20b' },
      { level: 'info', msg: 'request' },
    ]);
    expect(verbose.log.join('')).not.toContain('geheim');
  });
});

describe('probes', () => {
  test('have one line a minute, which says how many were left out', async () => {
    for (let asked = 0; asked < 5; asked += 1) await get('/health');
    await get('/ready');
    expect(lines().map(({ operation }) => operation)).toEqual(['getHealth', 'getReadiness']);
    server.clock.advance(59_999);
    await get('/health');
    expect(lines()).toHaveLength(2);
    server.clock.advance(1);
    await get('/health');
    expect(lines()[2]).toMatchObject({ operation: 'getHealth', status: 200, suppressed: 5 });
    // Of the metrics, too; a clock that was set back hides nothing for long.
    await get('/metrics');
    await get('/metrics');
    expect(lines()).toHaveLength(4);
    server.clock.jump(-3_600_000);
    await get('/metrics');
    expect(lines()[4]).toMatchObject({ operation: 'getMetrics', suppressed: 1 });
  });

  test('are told at once when their status changes', async () => {
    await get('/ready');
    await get('/ready');
    const ping = vi.spyOn(server.deps.artifacts, 'ping').mockRejectedValue(new Error('away'));
    await get('/ready');
    await get('/ready');
    ping.mockRestore();
    await get('/ready');
    const told = lines().filter(({ msg }) => msg === 'request');
    expect(told.map(({ status, level, suppressed }) => [status, level, suppressed])).toEqual([
      [200, 'info', undefined],
      [503, 'error', 1],
      [200, 'info', 1],
    ]);
  });

  test('are no other requests', async () => {
    for (let asked = 0; asked < 3; asked += 1) await get('/api/v1/models');
    expect(lines()).toHaveLength(3);
  });
});

describe('secrets', () => {
  const SECRET = 'hunter2geheim';
  const NAMES = [
    `postgresql://farmiq:${SECRET}@db:5432/registry`,
    `postgresql://farmiq:p@${SECRET}/x@db:5432/registry`,
    `https://bucket.s3.amazonaws.com/key?X-Amz-Signature=${SECRET}`,
    `Authorization: Bearer ${SECRET}`,
    `Basic ${btoa(`ada:${SECRET}`)}`,
    `password=${SECRET}`,
    `"api_key": "${SECRET}"`,
    `whsec_${SECRET}`,
    `frt_${SECRET}`,
  ];
  const isHidden = (text: string) => {
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(btoa(`ada:${SECRET}`));
  };

  test.each(NAMES)('in the message of an error of a part, %s, are masked', async (text) => {
    const failing = Object.assign(new Error(`could not: ${text}`), {
      detail: text,
      config: { password: SECRET },
    });
    const read = vi.spyOn(server.deps.store, 'read').mockRejectedValue(failing);
    expect((await get('/api/v1/models')).statusCode).toBe(500);
    read.mockRestore();
    const failed = lines().find(({ msg }) => msg === 'request failed');
    expect(failed).toMatchObject({
      level: 'error',
      err: { type: 'Error', message: expect.stringContaining('could not: ') },
    });
    isHidden(server.log.join(''));
  });

  test('in path, query, headers and body are not in the log', async () => {
    await server.app.inject({
      method: 'POST',
      url: `/api/v1/models/register?token=${SECRET}`,
      headers: {
        authorization: `Bearer ${SECRET}`,
        cookie: `session=${SECRET}`,
        'x-api-key': SECRET,
        'user-agent': SECRET,
      },
      payload: { model_name: 'm', model_type: 'custom', description: SECRET },
    });
    await get(`/api/v1/models/${SECRET}`);
    isHidden(server.log.join(''));
    expect(lines()).toHaveLength(2);
  });

  test('fields that are not in the schema, lines in texts and long texts do not pass', () => {
    const written: string[] = [];
    const log = createLogger({ level: 'debug', destination: { write: (line) => void written.push(line) } });
    log.info({ password: SECRET, headers: { cookie: SECRET }, job: 'x\n{"level":"fatal"}' }, 'a job\nfailed');
    log.error(new Error(`${'x'.repeat(100_000)} password=${SECRET}`));
    log.child({ secret: SECRET }).warn({ duration_ms: 'soon', reason: `see ${NAMES[0]}` }, 'so %s', NAMES[0]);
    isHidden(written.join(''));
    const read = readLog(written.join(''));
    expect(read).toHaveLength(3);
    expect(read[0]).toEqual({
      level: 'info',
      time: expect.any(String),
      job: 'x\n{"level":"fatal"}',
      msg: 'a job\nfailed',
    });
    expect(read[2]).toMatchObject({ msg: 'so postgresql://***@db:5432/registry' });
  });
});
