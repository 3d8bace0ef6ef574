import { existsSync, readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestApp, testApp } from '../support/app.ts';
import { storeTargets } from '../support/store-targets.ts';
import { until } from './server-process.ts';

const ART = '/api/2.0/mlflow-artifacts/artifacts';
const SIZE_BYTES = 1_000_000;
const BODY = Buffer.alloc(SIZE_BYTES, 'x');

let server: TestApp;
let port: number;

beforeAll(async () => {
  const target = storeTargets.find(({ name }) => name === 'SQLite file');
  server = await testApp(target === undefined ? {} : { target });
  port = await server.listen();
});
afterAll(() => server.close());

const filesBelow = (folder: string) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length
    : 0;
const temporaryFiles = () => filesBelow(join(server.root, '.registry-tmp'));
const rows = async () =>
  (await server.database.engine.db.selectFrom('registry_artifacts').selectAll().execute()).length;

async function open(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

const write = (socket: Socket, bytes: string | Buffer) =>
  new Promise<void>((resolve) => socket.write(bytes, () => resolve()));

/** Sends a share of the body and resets the connection once the server has begun to store it. */
async function abortedUpload(path: string, share: number): Promise<void> {
  const socket = await open();
  const head = `PUT ${ART}/${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${SIZE_BYTES}\r\n\r\n`;
  await write(socket, head);
  await write(socket, BODY.subarray(0, Math.floor(SIZE_BYTES * share)));
  await until(() => temporaryFiles() > 0);
  socket.resetAndDestroy();
}

async function expectNothingLeft(): Promise<void> {
  await until(() => temporaryFiles() === 0);
  expect([filesBelow(server.root), await rows()]).toEqual([0, 0]);
}

test.each([0.1, 0.99])('a connection that is reset at %d of an upload leaves nothing', async (share) => {
  await abortedUpload('0/gone', share);
  await expectNothingLeft();
});

test('a sender that leaves after all bytes, without the end of its chunks, leaves nothing', async () => {
  for (const end of ['reset', 'half-close'] as const) {
    const socket = await open();
    await write(
      socket,
      `PUT ${ART}/0/gone HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n${SIZE_BYTES.toString(16)}\r\n`,
    );
    await write(socket, BODY);
    await until(() => temporaryFiles() > 0);
    if (end === 'reset') socket.resetAndDestroy();
    else socket.end();
    await expectNothingLeft();
    socket.destroy();
  }
});

test('three hundred uploads that are cut near their end leave the disk as it was', async () => {
  const lane = async (lane: number) => {
    for (let n = 0; n < 15; n += 1) await abortedUpload(`0/gone/${lane}/${n}`, 0.99);
  };
  await Promise.all(Array.from({ length: 20 }, (_, n) => lane(n)));
  await expectNothingLeft();
  expect((await server.app.inject({ url: '/ready' })).statusCode).toBe(200);
});

test('a hundred slow senders and readers do not hold up others', async () => {
  const stored = await server.app.inject({
    method: 'PUT',
    url: `${ART}/0/large`,
    payload: Buffer.alloc(8_000_000),
  });
  expect(stored.statusCode).toBe(200);
  const slow: Socket[] = [];
  for (let n = 0; n < 50; n += 1) {
    const sender = await open();
    await write(
      sender,
      `PUT ${ART}/0/slow/${n} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${SIZE_BYTES}\r\n\r\nx`,
    );
    const reader = (await open()).pause();
    await write(reader, `GET ${ART}/0/large HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    slow.push(sender, reader);
  }
  const startedAt = performance.now();
  for (let n = 0; n < 20; n += 1)
    expect((await fetch(`http://127.0.0.1:${port}/api/v1/models`)).status).toBe(200);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  for (const socket of slow) socket.destroy();
  await until(() => temporaryFiles() === 0);
});

test('a connection on which nothing moves is not kept for ever', () => {
  expect(server.app.server.timeout).toBeGreaterThan(0);
  expect(server.app.server.timeout).toBeLessThanOrEqual(300_000);
});
