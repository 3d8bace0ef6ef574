import { randomUUID } from 'node:crypto';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { type S3Bucket, soon } from './s3-bucket.ts';
import { temporaryPrefix } from './s3-layout.ts';
import { createPartSink, type PartSink } from './s3-parts.ts';

/** A file of any size on its way into the bucket; three parts at most are in memory. All throw `unavailable`. */
export interface LargeFile {
  /** Copies the chunk. */
  write(chunk: Uint8Array): Promise<void>;
  /** Sends what is left. After it, nothing can be written. */
  finish(): Promise<PartSink>;
  /** Leaves nothing. */
  abort(): Promise<void>;
}

const SENDINGS_AT_ONCE = 2;

/**
 * Begins a file. Its first parts are sent as they are. An object may have 10,000 parts, though, and larger ones would
 * have to be held in memory; so the parts that follow are gathered into objects of our own, each of which the
 * store then takes as one part.
 */
export async function createLargeFile(bucket: S3Bucket, key: string): Promise<LargeFile> {
  const { partBytes, plainParts, gatheredParts } = bucket.sizes;
  const target = await createPartSink(bucket, key);
  const sending = sender(partBytes);
  let buffer = sending.takeBuffer();
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

  async function flush(): Promise<void> {
    const bytes = buffer.subarray(0, used);
    if (sent < plainParts) {
      sent += 1;
      const partNumber = sent;
      await sending.start(buffer, () => target.send(partNumber, bytes));
    } else {
      group ??= await createGroup(bucket);
      gathered += 1;
      const [{ sink }, partNumber] = [group, gathered];
      await sending.start(buffer, () => sink.send(partNumber, bytes));
      if (gathered === gatheredParts) await closeGroup();
    }
    buffer = sending.takeBuffer();
    used = 0;
  }

  return {
    async write(chunk) {
      for (let from = 0; from < chunk.byteLength; ) {
        const part = chunk.subarray(from, from + partBytes - used);
        buffer.set(part, used);
        used += part.byteLength;
        from += part.byteLength;
        if (used === partBytes) await flush();
      }
    },
    async finish() {
      if (used > 0) await flush();
      await closeGroup();
      await sending.all();
      return target;
    },
    async abort() {
      await Promise.all([target.abort(), group?.sink.abort()]);
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

/** Runs few sendings at once, each with a buffer that is used again afterwards. */
function sender(bufferBytes: number) {
  const free: Buffer[] = [];
  const running = new Set<Promise<void>>();
  return {
    takeBuffer: (): Buffer => free.pop() ?? Buffer.allocUnsafeSlow(bufferBytes),
    /** Waits until there is room; the sending itself goes on. Rejects with what an earlier one failed with. */
    async start(buffer: Buffer, send: () => Promise<void>): Promise<void> {
      while (running.size >= SENDINGS_AT_ONCE) await Promise.race(running);
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
  };
}
