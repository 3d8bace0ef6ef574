import { connect, type Server, type Socket } from 'node:net';
import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { registerBodyDeadline } from '../../../src/http/plugins/body-deadline.ts';
import { testApp } from '../../support/app.ts';
import { rawRequest, sendRaw } from '../../support/raw-http.ts';
import { proxied } from './artifact-doors.ts';
import { type GuardedApp, guardedApp } from './guarded-app.ts';

/** Each takes two descriptors of this process; of the cheapest kind as many as the corpus asks for. */
const MANY = 500;
const VERY_MANY = 2_000;
/** What an honest request may take while others are hostile, in the worst of many tries. */
const HONEST_MS = 1_000;

let app: GuardedApp;

beforeAll(async () => {
  app = await guardedApp();
  await app.send({ method: 'PUT', target: proxied('large.bin'), body: 'x'.repeat(4_000_000) });
});
afterAll(async () => {
  await app.close();
});

/** Opens connections and sends each the same beginning; nothing is read from them. */
async function openMany(port: number, count: number, text: string): Promise<Socket[]> {
  const sockets: Socket[] = [];
  const open = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(text, 'latin1', () => resolve()));
      socket.on('error', reject);
      socket.pause();
      sockets.push(socket);
    });
  for (let i = 0; i < count; i += 100)
    await Promise.all(Array.from({ length: Math.min(100, count - i) }, open));
  for (const socket of sockets) socket.removeAllListeners('error').on('error', () => undefined);
  return sockets;
}

async function closeAll(sockets: readonly Socket[]): Promise<void> {
  await Promise.all(
    sockets.map((socket) =>
      socket.closed ? null : new Promise((resolve) => socket.once('close', resolve).destroy()),
    ),
  );
}

function openConnections(server: Server): Promise<number> {
  return new Promise((resolve, reject) =>
    server.getConnections((error, open) => (error ? reject(error) : resolve(open))),
  );
}

/** Whether a request is answered in a moment. */
async function isPrompt(): Promise<boolean> {
  const start = performance.now();
  const answer = await sendRaw(app.port, rawRequest('GET', '/health')).catch(() => null);
  return answer?.status === 200 && performance.now() - start < 200;
}

/** Honest requests of all kinds, each answered as ever and in time. */
async function expectOthersServed(): Promise<void> {
  for (let i = 0; i < 20; i += 1) {
    const found = await app.send({
      method: 'GET',
      target: '/api/2.0/mlflow/experiments/get?experiment_id=0',
    });
    expect(found.status).toBe(200);
    const put = await app.send({ method: 'PUT', target: proxied(`honest/${i}`), body: 'x' });
    expect(put.status, put.body).toBe(200);
    expect((await app.send({ method: 'GET', target: '/health' })).status).toBe(200);
  }
}

describe('D3 many that are slow', () => {
  const post = 'POST /api/2.0/mlflow/registered-models/create HTTP/1.1\r\nHost: 127.0.0.1\r\n';
  test.each([
    ['headers', 'GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: '],
    ['bodies of messages', `${post}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"name":`],
    [
      'bodies in chunks',
      `${post}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"na`,
    ],
    ['senders who say nothing at all', ''],
  ])('%s: the others are served meanwhile', async (what, text) => {
    const slow = await openMany(app.port, what === 'headers' ? VERY_MANY : MANY, text);
    await expectOthersServed();
    expect(slow.every(({ destroyed }) => !destroyed)).toBe(true);
    await closeAll(slow);
  });

  test('uploads: the others are served meanwhile, and nothing is left of what was cut', async () => {
    const before = await app.artifactRows();
    const head = `PUT ${proxied('slow/up')} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\n`;
    const slow = await openMany(app.port, 300, head + 'x'.repeat(1_000));
    await expectOthersServed();
    await closeAll(slow);
    expect((await app.artifactRows()).filter((path) => !path.startsWith('honest/'))).toEqual(
      before.filter((path) => !path.startsWith('honest/')),
    );
  });

  test('readers: the others are served meanwhile, and memory stays flat', async () => {
    const before = process.memoryUsage.rss();
    const slow = await openMany(app.port, 200, rawRequest('GET', proxied('large.bin')));
    // They fill the system's buffers, megabytes for each, and then take nothing more.
    await expect.poll(isPrompt, { timeout: 25_000 }).toBe(true);
    await expectOthersServed();
    expect(process.memoryUsage.rss() - before).toBeLessThan(600 * 1024 * 1024);
    await closeAll(slow);
  });

  test('a body that trickles is given up after its time', async () => {
    const small = Fastify();
    registerBodyDeadline(small, 100);
    small.post('/', async () => 'arrived');
    await small.listen({ port: 0, host: '127.0.0.1' });
    const address = small.server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const head = 'POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ';
    const cut = await sendRaw(port, `${head}10\r\n\r\n{`);
    expect([cut.status, cut.headers.get('connection')]).toEqual([408, 'close']);
    expect((await sendRaw(port, `${head}2\r\nConnection: close\r\n\r\n{}`)).body).toBe('arrived');
    await small.close();
  });
});

describe('D4 many connections', () => {
  test('beyond the limit new ones are refused, idle ones make room, and nothing is broken', async () => {
    await using limited = await testApp({ maxConnections: 200 });
    const port = await limited.listen();
    const count = () => openConnections(limited.app.server);
    const busy = await openMany(port, 150, 'GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ');
    const flood = await Promise.allSettled(
      Array.from({ length: 300 }, () => openMany(port, 1, 'GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n')),
    );
    await expect.poll(count).toBe(200);
    await closeAll([...busy, ...flood.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))]);
    await expect.poll(count).toBe(0);
    const answer = await sendRaw(port, rawRequest('GET', '/health'));
    expect(answer.status).toBe(200);
  });

  test('idle connections are closed for new ones when it becomes full', async () => {
    await using limited = await testApp({ maxConnections: 100 });
    const port = await limited.listen();
    const idle = await openMany(port, 89, 'GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    for (const socket of idle) socket.resume();
    await expect.poll(() => idle.filter(({ bytesRead }) => bytesRead > 0).length).toBe(89);
    for (let i = 0; i < 30; i += 1)
      expect((await sendRaw(port, rawRequest('GET', '/health'))).status).toBe(200);
    await expect.poll(() => idle.filter(({ destroyed }) => destroyed).length).toBe(89);
  });

  test('2,000 connections one after another leave none behind', async () => {
    for (let i = 0; i < 10; i += 1) await closeAll(await openMany(app.port, 200, ''));
    await expect.poll(() => openConnections(app.server.app.server)).toBe(0);
  });

  test('1,000 requests at once on one connection are answered in order, and do not keep the others waiting', async () => {
    const one = (i: number) =>
      `GET /api/2.0/mlflow/experiments/get?experiment_id=${i} HTTP/1.1\r\nHost: 127.0.0.1\r\n`;
    const all = Array.from({ length: 1_000 }, (_, i) => `${one(i + 1)}\r\n`).join('');
    const piped = sendRaw(app.port, `${all}${one(0)}Connection: close\r\n\r\n`);
    const start = performance.now();
    expect((await app.send({ method: 'GET', target: '/health' })).status).toBe(200);
    expect(performance.now() - start).toBeLessThan(HONEST_MS);
    const { body } = await piped;
    const ids = [...body.matchAll(/No Experiment with id=([0-9]+) exists/g)].map(([, id]) => Number(id));
    expect(ids).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1));
  });

  test('who sends 20,000 requests ahead is cut', async () => {
    const one = 'GET /api/2.0/mlflow/experiments/get?experiment_id=0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
    const { body } = await sendRaw(app.port, one.repeat(20_000));
    expect(body.split('HTTP/1.1 200 OK').length).toBeLessThan(20_000);
    expect((await app.send({ method: 'GET', target: '/health' })).status).toBe(200);
  });
});

describe('D11 one that floods', () => {
  test('50 connections that ask for 40 searches each do not keep the others waiting, and all are answered', async () => {
    const search = 'GET /api/2.0/mlflow/experiments/search?max_results=100 HTTP/1.1\r\nHost: 127.0.0.1\r\n';
    const all = `${`${search}\r\n`.repeat(39)}${search}Connection: close\r\n\r\n`;
    const floods = Array.from({ length: 50 }, () => sendRaw(app.port, all));
    await expectOthersServed();
    for (const { status, body } of await Promise.all(floods))
      expect([status, body.split('HTTP/1.1 200 OK').length]).toEqual([200, 40]);
  });
});
