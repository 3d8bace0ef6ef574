import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { FileStream } from './file-stream.ts';

const folder = mkdtempSync(join(tmpdir(), 'registry-stream-'));
const path = join(folder, 'file');
const bytes = randomBytes(1_000_003);
writeFileSync(path, bytes);
afterAll(() => rmSync(folder, { recursive: true }));

const stream = async (first = 0, last = bytes.length - 1, pieceBytes = 65_536) =>
  new FileStream({ handle: await open(path), first, last, pieceBytes });

/** Keeps what it is given until a later turn of the event loop, as a socket does. */
function slowDestination(): { to: Writable; got: () => Buffer; memories: Set<ArrayBufferLike> } {
  const pieces: Buffer[] = [];
  const memories = new Set<ArrayBufferLike>();
  const to = new Writable({
    write(piece: Buffer, _encoding, done) {
      memories.add(piece.buffer);
      setImmediate(() => {
        pieces.push(Buffer.from(piece));
        done();
      });
    },
  });
  return { to, got: () => Buffer.concat(pieces), memories };
}

describe('the stream of a file', () => {
  test.each([
    [0, 1_000_002, 65_536],
    [0, 1_000_002, 1_000_003],
    [0, 1_000_002, 2_000_000],
    [1, 131_072, 65_536],
    [999_999, 1_000_002, 65_536],
    [5, 5, 1],
    [0, 999, 7],
  ])(
    'piped, gives the bytes %i to %i in pieces of %i, and uses two buffers',
    async (first, last, pieceBytes) => {
      const { to, got, memories } = slowDestination();
      await pipeline(await stream(first, last, pieceBytes), to);
      expect(got().equals(bytes.subarray(first, last + 1))).toBe(true);
      expect(memories.size).toBeLessThanOrEqual(2);
    },
  );

  test('read piece by piece, gives pieces that stay what they are', async () => {
    const pieces: Buffer[] = [];
    for await (const piece of await stream(3)) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(bytes.subarray(3))).toBe(true);
  });

  test('feeds a hash', async () => {
    const hash = createHash('sha256');
    await pipeline(await stream(), hash);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  test('ends where the file does, when that has become shorter', async () => {
    const { to, got } = slowDestination();
    await pipeline(await stream(999_000, 2_000_000), to);
    expect(got().equals(bytes.subarray(999_000))).toBe(true);
  });

  test('closes the file when its destination fails, or it is dropped', async () => {
    const failing = new Writable({ write: (_piece, _encoding, done) => done(new Error('gone')) });
    const cut = await stream();
    await expect(pipeline(cut, failing)).rejects.toThrow('gone');
    expect(cut.closed).toBe(true);
    const dropped = await stream();
    await new Promise((resolve) => dropped.once('close', resolve).destroy());
    expect(dropped.closed).toBe(true);
  });
});
