import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setInterval as every } from 'node:timers';
import { residentMib } from './resident.ts';
import type { ServerProcess } from './server-process.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const SPEED_BYTES = 64 * MIB;
const SPEED_ROUNDS = 5;
const MEMORY_BYTES = 4 * GIB;
const BUDGET_MIB = 64;

/** The speed of one upload and one download of 64 MiB, next to copying and hashing the same bytes. */
export async function transferSpeed(servers: readonly (readonly [string, ServerProcess])[]): Promise<void> {
  for (const [name, { origin }] of servers) {
    const up: number[] = [];
    const down: number[] = [];
    for (let round = 0; round < SPEED_ROUNDS; round += 1) {
      const path = `bench/${round}.bin`;
      up.push(await seconds(() => upload(origin, path, SPEED_BYTES)));
      down.push(await seconds(() => download(origin, path)));
    }
    console.log(`${name.padEnd(14)} upload ${rate(up)} MiB/s, download ${rate(down)} MiB/s (64 MiB, median)`);
  }
  const copies: number[] = [];
  for (let round = 0; round < SPEED_ROUNDS; round += 1) copies.push(await seconds(copyAndHash));
  console.log(`${'copy + sha256'.padEnd(14)} ${rate(copies)} MiB/s`);
}

/** Resident memory of the server while 4 GiB go in and out, above what it holds when idle. */
export async function transferMemory({ origin, pid }: ServerProcess): Promise<void> {
  await upload(origin, 'bench/warm.bin', MIB);
  await download(origin, 'bench/warm.bin');
  const idle = residentMib(pid);
  const [up, down] = [
    await peakMib(pid, () => upload(origin, 'bench/large.bin', MEMORY_BYTES)),
    await peakMib(pid, () => download(origin, 'bench/large.bin')),
  ];
  for (const [what, peak] of [
    ['upload', up],
    ['download', down],
  ] as const) {
    const above = peak - idle;
    console.log(
      `4 GiB ${what}: ${above.toFixed(1)} MiB above idle (${idle.toFixed(1)} MiB): ${above <= BUDGET_MIB ? 'met' : 'missed'} (${BUDGET_MIB})`,
    );
  }
}

function urlOf(origin: string, path: string): string {
  return `${origin}/api/2.0/mlflow-artifacts/artifacts/${path}`;
}

async function upload(origin: string, path: string, sizeBytes: number): Promise<void> {
  const sent = httpRequest(urlOf(origin, path), {
    method: 'PUT',
    headers: { 'content-length': sizeBytes, 'content-type': 'application/octet-stream' },
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) =>
    sent.once('response', resolve).once('error', reject),
  );
  await pipeline(bytes(sizeBytes), sent);
  const answer = await answered;
  answer.resume();
  if ((answer.statusCode ?? 500) >= 400) throw new Error(`the upload was answered ${answer.statusCode}`);
}

async function download(origin: string, path: string): Promise<void> {
  const sent = httpRequest(urlOf(origin, path)).end();
  const answer = await new Promise<IncomingMessage>((resolve, reject) =>
    sent.once('response', resolve).once('error', reject),
  );
  await pipeline(answer, new Writable({ write: (_chunk, _encoding, done) => done() }));
  if (answer.statusCode !== 200) throw new Error(`the download was answered ${answer.statusCode}`);
}

/** So many bytes, never all at once. */
function bytes(sizeBytes: number): Readable {
  const piece = Buffer.alloc(MIB, 'layers and broilers ');
  let left = sizeBytes / MIB;
  return new Readable({
    highWaterMark: MIB,
    read() {
      this.push(left-- > 0 ? piece : null);
    },
  });
}

async function copyAndHash(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'registry-copy-'));
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  await pipeline(bytes(SPEED_BYTES), createWriteStream(from));
  const hash = createHash('sha256');
  const tee = new PassThrough().on('data', (piece: Buffer) => hash.update(piece));
  await pipeline(createReadStream(from, { highWaterMark: MIB }), tee, createWriteStream(to, { flush: true }));
  rmSync(folder, { recursive: true });
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
}

function rate(taken: readonly number[]): string {
  const median = taken.toSorted((a, b) => a - b)[Math.floor(taken.length / 2)] ?? 1;
  return (SPEED_BYTES / MIB / median).toFixed(0);
}

async function peakMib(pid: number, work: () => Promise<void>): Promise<number> {
  let peak = 0;
  const watch = every(() => {
    peak = Math.max(peak, residentMib(pid));
  }, 20);
  await work();
  clearInterval(watch);
  return peak;
}
