import { existsSync, readdirSync } from 'node:fs';
import { type ClientRequest, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import {
  REPOSITORY,
  type ServerData,
  type ServerProcess,
  serverData,
  startServer,
  until,
} from './server-process.ts';

const PROGRAM = join(REPOSITORY, 'server', 'bin', 'farmiq-registry.mjs');
const ART = '/api/2.0/mlflow-artifacts/artifacts';
const MEBIBYTE = Buffer.alloc(1_048_576, 'x');

/** An upload that has sent its first half and keeps the rest. */
async function halfUpload(server: ServerProcess, data: ServerData, path: string) {
  const sending = request(`${server.origin}${ART}/${path}`, {
    method: 'PUT',
    headers: { 'content-length': 2 * MEBIBYTE.length },
  });
  const answer = answered(sending);
  sending.write(MEBIBYTE);
  await until(() => temporaryFiles(data).length > 0);
  return { sending, answer };
}

function answered(
  sending: ClientRequest,
): Promise<{ status: number; connection: string | undefined } | 'cut'> {
  return new Promise((resolve) => {
    sending.on('error', () => resolve('cut'));
    sending.on('response', (response) => {
      response.resume();
      response.on('error', () => undefined);
      resolve({ status: response.statusCode ?? 0, connection: response.headers.connection });
    });
  });
}

function temporaryFiles(data: ServerData): string[] {
  const folder = join(data.artifactRoot, '.registry-tmp');
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

function leases(data: ServerData): unknown[] {
  const database = new DatabaseSync(data.databaseUrl.replace('sqlite:///', ''));
  const rows = database.prepare('SELECT * FROM registry_servers').all();
  database.close();
  return rows;
}

async function idleConnections(server: ServerProcess, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (let n = 0; n < count; n += 1) {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined).resume();
    await new Promise((resolve) => socket.once('connect', resolve));
    sockets.push(socket);
  }
  return sockets;
}

const get = async (server: ServerProcess, path: string) =>
  fetch(`${server.origin}${path}`, { headers: { connection: 'close' } });

test('SIGTERM turns readiness off, refuses what is new, lets an upload end, and exits 0 without a trace', async () => {
  await using data = serverData();
  await using server = await startServer(data);
  const { sending, answer } = await halfUpload(server, data, '0/kept');
  server.child.kill('SIGTERM');
  await until(async () => (await get(server, '/ready')).status === 503);
  expect(await (await get(server, '/ready')).json()).toMatchObject({
    status: 'not_ready',
    reason: 'The server is being stopped.',
  });
  expect((await get(server, '/health')).status).toBe(200);
  for (const path of ['/api/2.0/mlflow/experiments/get?experiment_id=0', '/api/v1/models']) {
    const refused = await get(server, path);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '10']);
  }
  sending.end(MEBIBYTE);
  expect(await answer).toEqual({ status: 200, connection: 'close' });
  expect(await server.gone).toEqual({ code: 0, signal: null });
  expect(temporaryFiles(data)).toEqual([]);
  expect(leases(data)).toEqual([]);
  await using next = await startServer(data);
  expect((await (await get(next, `${ART}/0/kept`)).arrayBuffer()).byteLength).toBe(2 * MEBIBYTE.length);
});

test('a hundred idle connections and an idle keep-alive do not hold up the end', async () => {
  await using data = serverData();
  await using server = await startServer(data);
  await fetch(`${server.origin}/health`);
  const sockets = await idleConnections(server, 100);
  const startedAt = performance.now();
  server.child.kill('SIGTERM');
  expect(await server.gone).toEqual({ code: 0, signal: null });
  expect(performance.now() - startedAt).toBeLessThan(12_000);
  for (const socket of sockets) socket.destroy();
});

test('an upload and a download that are stuck are cut after the time to drain, and leave nothing', async () => {
  await using data = serverData();
  await using server = await startServer(data, { drainMs: 500 });
  for (let n = 0; n < 3; n += 1)
    await fetch(`${server.origin}${ART}/0/large`, {
      method: 'PUT',
      body: Buffer.alloc(64 * MEBIBYTE.length),
    });
  const reader = connect(server.port, '127.0.0.1');
  reader.on('error', () => undefined);
  reader.write(`GET ${ART}/0/large HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
  await new Promise((resolve) => reader.once('readable', resolve));
  const { answer } = await halfUpload(server, data, '0/cut');
  server.child.kill('SIGTERM');
  expect(await server.gone).toEqual({ code: 0, signal: null });
  expect(await answer).toBe('cut');
  expect(server.output()).toContain('requests under way are cut');
  expect(temporaryFiles(data)).toEqual([]);
  expect(existsSync(join(data.artifactRoot, '0', 'cut'))).toBe(false);
  expect(leases(data)).toEqual([]);
  reader.destroy();
});

test('a second signal does not wait for what is stuck', async () => {
  await using data = serverData();
  await using server = await startServer(data, { command: [process.execPath, PROGRAM, 'serve'] });
  const { answer } = await halfUpload(server, data, '0/cut');
  const startedAt = performance.now();
  server.child.kill('SIGTERM');
  await until(async () => (await get(server, '/ready')).status === 503);
  const again = setInterval(() => server.child.kill('SIGTERM'), 500);
  expect(await server.gone.finally(() => clearInterval(again))).toEqual({ code: 0, signal: null });
  expect(await answer).toBe('cut');
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  expect(temporaryFiles(data)).toEqual([]);
});

test('a signal to npm start reaches the server, which finishes what it has begun and is gone', async () => {
  await using data = serverData();
  await using server = await startServer(data, { command: ['npm', 'start'] });
  const { sending, answer } = await halfUpload(server, data, '0/kept');
  server.child.kill('SIGTERM');
  await until(async () => (await get(server, '/ready')).status === 503);
  sending.end(MEBIBYTE);
  expect(await answer).toMatchObject({ status: 200 });
  await server.gone;
  expect(server.output()).toContain('"stopped"');
  await expect(fetch(`${server.origin}/health`)).rejects.toThrow();
  expect(leases(data)).toEqual([]);
});
