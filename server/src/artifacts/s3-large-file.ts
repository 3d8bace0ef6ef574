import { randomUUID } from 'node:crypto';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { type S3Bucket, soon } from './s3-bucket.ts';
import { temporaryPrefix } from './s3-layout.ts';
import { createPartSink, type PartSink } from './s3-parts.ts';

/** A file of any size on its way into the bucket; few parts of it are in memory. All throw `unavailable`. */
export interface LargeFile {
  /** Copies the chunk. */
  write(chunk: Uint8Array): Promise<void>;
  /** Sends what is left. After it, nothing can be written. */
  finish(): Promise<PartSink>;
  /** Leaves nothing. */
  abort(): Promise<void>;
}

/** While one part is filled, others are sent. */
const BUFFERS_EACH = 3;
/** What all uploads of the process have beyond one buffer each: with many at once, each fills and sends by turns. */
const EXTRA_BYTES = 64 * 1_048_576;
let extraBytes = 0;

/**
 * Begins a file. Its first parts are sent as they are. An object may have 10,000 parts, though, and larger ones would
 * have to be held in memory; so the parts that follow are gathered into objects of our own, each of which the
 * store then takes as one part.
 */
export async function createLargeFile(bucket: S3Bucket, key: string): Promise<LargeFile> {
  const { partBytes, plainParts, gatheredParts } = bucket.sizes;
  const target = await createPartSink(bucket, key);
  const sending = sender(partBytes);
  let buffer: Buffer | null = null;
  let used = 0;
  let [sent, gathered] = [0, 0];
  let group: { sink: PartSink; key: string } | null = null;

  async function closeGroup(): Promise<void> {
    if (group === null) return;
    await sending.all();
    await group.sink.complete();
    sent += 1;
    await target.copy(sent, group.key);
    await removeObject(bucket, group.key);
    [group, gathered] = [null, 0];
  }

  async function flush(full: Buffer): Promise<void> {
    const bytes = full.subarray(0, used);
    [buffer, used] = [null, 0];
    if (sent < plainParts) {
      sent += 1;
      const partNumber = sent;
      sending.start(full, () => target.send(partNumber, bytes));
    } else {
      group ??= await createGroup(bucket);
      gathered += 1;
      const [{ sink }, partNumber] = [group, gathered];
      sending.start(full, () => sink.send(partNumber, bytes));
      if (gathered === gatheredParts) await closeGroup();
    }
  }

  return {
    async write(chunk) {
      for (let from = 0; from < chunk.byteLength; ) {
        buffer ??= await sending.takeBuffer();
        const part = chunk.subarray(from, from + partBytes - used);
        buffer.set(part, used);
        used += part.byteLength;
        from += part.byteLength;
        if (used === partBytes) await flush(buffer);
      }
    },
    async finish() {
      if (buffer !== null) await flush(buffer);
      await closeGroup();
      await sending.all();
      sending.release();
      return target;
    },
    async abort() {
      await Promise.all([target.abort(), group?.sink.abort()]);
      sending.release();
      if (group !== null) await removeObject(bucket, group.key).catch(() => {});
    },
  };
}

async function createGroup(bucket: S3Bucket): Promise<{ sink: PartSink; key: string }> {
  const key = temporaryPrefix(bucket.layout, bucket.layout.serverId) + randomUUID();
  return { sink: await createPartSink(bucket, key), key };
}

async function removeObject({ client, at }: S3Bucket, Key: string): Promise<void> {
  await client.send(new DeleteObjectCommand({ ...at, Key }), soon());
}

/** Runs sendings, each with a buffer that is used again afterwards. */
function sender(bufferBytes: number) {
  const free: Buffer[] = [];
  const running = new Set<Promise<void>>();
  let made = 0;
  return {
    /** Waits until there is one. Rejects with what an earlier sending failed with. */
    async takeBuffer(): Promise<Buffer> {
      for (;;) {
        const known = free.pop();
        if (known !== undefined) return known;
        const isExtra = made > 0;
        if (!isExtra || (made < BUFFERS_EACH && extraBytes + bufferBytes <= EXTRA_BYTES)) {
          if (isExtra) extraBytes += bufferBytes;
          made += 1;
          return Buffer.allocUnsafeSlow(bufferBytes);
        }
        await Promise.race(running);
      }
    },
    start(buffer: Buffer, send: () => Promise<void>): void {
      const sending = send().then(() => {
        running.delete(sending);
        free.push(buffer);
      });
      running.add(sending);
      // One that failed stays among those that run, so that whoever waits next learns of it.
      sending.catch(() => {});
    },
    async all(): Promise<void> {
      await Promise.all(running);
    },
    /** Gives the memory back; nothing is sent any more. The buffer of what failed is left to the collector. */
    release(): void {
      extraBytes -= Math.max(0, made - 1) * bufferBytes;
      made = 0;
      for (const { buffer } of free.splice(0)) if (buffer instanceof ArrayBuffer) buffer.transfer(0);
    },
  };
}
