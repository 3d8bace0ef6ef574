import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DgramSocket } from 'node-unix-socket';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { datadogName } from '../../src/datadog/increments.ts';
import { FIGURES } from '../../src/telemetry/figures.ts';
import { namesIn, readScrape } from '../support/scrape.ts';
import { runningServer } from '../support/whole-server.ts';

/** One line of DogStatsD, read. */
interface Line {
  readonly name: string;
  readonly value: number;
  readonly type: string;
  readonly tags: readonly string[];
}

function readPacket(packet: Buffer): Line[] {
  return packet
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, name, value, type, tags] =
        /^([a-z0-9_.]+):(-?[0-9.e+-]+)\|(c|g)\|#([^|]*)(?:\|.*)?$/.exec(line) ?? [];
      if (name === undefined || type === undefined) throw new Error(`not of DogStatsD: ${line}`);
      return { name, value: Number(value), type, tags: (tags ?? '').split(',') };
    });
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'registry-datadog-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

/** Agents that keep what they were sent. */
const AGENTS = {
  async udp(packets: Buffer[]) {
    const socket = createSocket('udp4');
    socket.on('message', (packet) => packets.push(packet));
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    onTestFinished(() => void socket.close());
    return { DD_AGENT_HOST: '127.0.0.1', DD_DOGSTATSD_PORT: String(socket.address().port) };
  },
  async unix(packets: Buffer[]) {
    const path = join(folder(), 'dsd.socket');
    const socket = new DgramSocket();
    socket.bind(path);
    socket.on('data', (packet: Buffer) => packets.push(Buffer.from(packet)));
    onTestFinished(() => socket.close());
    return { DD_DOGSTATSD_URL: `unix://${path}` };
  },
  async unixstream(packets: Buffer[]) {
    const path = join(folder(), 'dsd.socket');
    const server = createServer((connection) => {
      let waiting = Buffer.alloc(0);
      connection.on('data', (chunk) => {
        waiting = Buffer.concat([waiting, chunk]);
        while (waiting.length >= 4 && waiting.length >= 4 + waiting.readUInt32LE()) {
          const end = 4 + waiting.readUInt32LE();
          packets.push(waiting.subarray(4, end));
          waiting = waiting.subarray(end);
        }
      });
    });
    server.listen(path);
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    return { DD_DOGSTATSD_URL: `unixstream://${path}` };
  },
};

const portOf = (address: AddressInfo | string | null) => (address as AddressInfo).port;

afterEach(() => {
  vi.useRealTimers();
});

describe.each(Object.entries(AGENTS))('an agent at %s', (kind, listen) => {
  test('gets what /metrics says, with the unified tags', async () => {
    const packets: Buffer[] = [];
    const settings = { ...(await listen(packets)), DD_ENV: 'barn', DD_VERSION: '7.8.9' };
    const running = await runningServer(folder(), settings);
    const url = `http://127.0.0.1:${portOf(running.app.server.address())}`;
    for (let asked = 0; asked < 3; asked += 1)
      await fetch(`${url}/api/v1/models/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model_name: 'secret-name', model_type: 'custom' }),
      });
    const scraped = readScrape(await (await fetch(`${url}/metrics`)).text());
    await running.close();
    await vi.waitFor(() => expect(packets.map(String).join('')).toContain('farmiq.nodejs.external_memory'));
    for (const packet of packets) expect(packet.length).toBeLessThanOrEqual(kind === 'udp' ? 1_432 : 8_192);
    const lines = packets.flatMap(readPacket);
    for (const { tags } of lines)
      expect(tags).toEqual(
        expect.arrayContaining(['env:barn', 'service:cloud-mlflow-registry', 'version:7.8.9']),
      );
    const registered = lines.filter(
      ({ name, tags }) =>
        name === 'farmiq.registry.http_request_duration_seconds.count' &&
        tags.includes('operation:registerModel'),
    );
    expect(registered).toMatchObject([{ value: 3, type: 'c', tags: expect.arrayContaining(['status:2xx']) }]);
    // Every figure that has samples, and no other.
    const names = new Set(lines.map(({ name }) => name.replace(/\.(?:count|sum|bucket)$/, '')));
    const expected = Object.values(FIGURES).filter(({ name }) =>
      [...namesIn(scraped)].some((series) => series.replace(/_(?:count|sum|bucket)$/, '') === name),
    );
    const silent = [...expected].filter(({ name }) => !names.has(datadogName(name))).map(({ name }) => name);
    // What never grew is not sent.
    expect(
      silent.every((name) => [...scraped.series].some(([key, value]) => key.startsWith(name) && value === 0)),
    ).toBe(true);
    for (const name of names)
      expect(
        Object.values(FIGURES).map((figure) => datadogName(figure.name)),
        name,
      ).toContain(name);
    expect(packets.map(String).join('')).not.toContain('secret-name');
  });
});

test('is sent every ten seconds, and counts only what came since', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const packets: Buffer[] = [];
  const running = await runningServer(folder(), await AGENTS.udp(packets));
  onTestFinished(() => running.close());
  const url = `http://127.0.0.1:${portOf(running.app.server.address())}/health`;
  const counted = () =>
    packets
      .flatMap(readPacket)
      .filter(
        ({ name, tags }) => name.endsWith('duration_seconds.count') && tags.includes('operation:getHealth'),
      )
      .map(({ value }) => value);
  await fetch(url);
  await fetch(url);
  await vi.advanceTimersByTimeAsync(11_000);
  await vi.waitFor(async () => {
    await vi.advanceTimersByTimeAsync(1_000);
    expect(counted()).toEqual([2]);
  });
  await fetch(url);
  await vi.waitFor(async () => {
    await vi.advanceTimersByTimeAsync(1_000);
    expect(counted()).toEqual([2, 1]);
  });
});

test.each([
  ['UDP', async () => ({ DD_AGENT_HOST: '127.0.0.1', DD_DOGSTATSD_PORT: '1' })],
  ['a name that nobody knows', async () => ({ DD_AGENT_HOST: 'agent.invalid' })],
  ['a socket of datagrams', async () => ({ DD_DOGSTATSD_URL: `unix://${join(folder(), 'absent')}` })],
  ['a socket of a stream', async () => ({ DD_DOGSTATSD_URL: `unixstream://${join(folder(), 'absent')}` })],
])('an agent that is away, %s, is no trouble', async (_kind, settings) => {
  const errors: unknown[] = [];
  const note = (error: unknown) => errors.push(error);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  const running = await runningServer(folder(), await settings());
  const url = `http://127.0.0.1:${portOf(running.app.server.address())}/ready`;
  expect((await fetch(url)).status).toBe(200);
  await running.close();
  expect(errors).toEqual([]);
});
