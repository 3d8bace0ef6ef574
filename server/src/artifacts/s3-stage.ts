import { createHash } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { ArtifactPath } from '../domain/artifact-path.ts';
import type { StagedFile } from '../operations/ports/artifact-store.ts';
import { inTime, type S3Bucket } from './s3-bucket.ts';
import { bareEtag, checkPlace, objectFingerprint } from './s3-entries.ts';
import { answered } from './s3-errors.ts';
import { createLargeFile, type LargeFile } from './s3-large-file.ts';
import { objectKey } from './s3-layout.ts';

/** Up to here a file is kept in memory and put at once when it is published. */
const SMALL_BYTES = 1_048_576;
const FIRST_BYTES = 65_536;
const PUT_MS = 60_000;

/** A file that waits to become visible. */
interface Waiting {
  readonly expectedEtag: string;
  /** Makes it visible; the ETag that it has then. */
  readonly show: () => Promise<string>;
  readonly drop: () => Promise<void>;
}

/** See `ArtifactStore.stage`. */
export async function stageObject(
  bucket: S3Bucket,
  path: ArtifactPath,
  body: AsyncIterable<Uint8Array>,
): Promise<StagedFile> {
  const key = objectKey(bucket.layout, path);
  const hash = createHash('sha256');
  const small = smallFile();
  let large: LargeFile | null = null;
  let sizeBytes = 0;
  try {
    for await (const chunk of body) {
      hash.update(chunk);
      sizeBytes += chunk.byteLength;
      if (large === null && sizeBytes > SMALL_BYTES) {
        await checkPlace(bucket, path);
        large = await createLargeFile(bucket, key);
        await large.write(small.take());
      }
      if (large === null) small.write(chunk);
      else await large.write(chunk);
    }
    const waiting =
      large === null ? waitingSmall(bucket, key, small.take()) : waitingLarge(await large.finish());
    return stagedFile(bucket, path, { ...waiting, sizeBytes, sha256: hash.digest('hex') });
  } catch (error) {
    await large?.abort();
    throw error;
  }
}

function stagedFile(
  bucket: S3Bucket,
  path: ArtifactPath,
  file: Waiting & { sizeBytes: number; sha256: string },
): StagedFile {
  const { sizeBytes, sha256 } = file;
  let state: 'staged' | 'published' | 'discarded' = 'staged';
  let fingerprint = objectFingerprint(sizeBytes, file.expectedEtag);
  return {
    sizeBytes,
    sha256,
    fingerprint,
    async publish() {
      if (state === 'discarded') throw new Error('A discarded file cannot be published');
      if (state === 'staged') {
        await checkPlace(bucket, path);
        fingerprint = objectFingerprint(sizeBytes, await file.show());
        state = 'published';
      }
      return fingerprint;
    },
    async discard() {
      if (state !== 'staged') return;
      await file.drop();
      state = 'discarded';
    },
  };
}

function waitingSmall({ client, at, making }: S3Bucket, Key: string, body: Buffer): Waiting {
  return {
    expectedEtag: createHash('md5').update(body).digest('hex'),
    async show() {
      const command = new PutObjectCommand({ ...at, ...making, Key, Body: body });
      return bareEtag((await answered(client.send(command, inTime(PUT_MS)), null)).ETag);
    },
    drop: async () => {},
  };
}

function waitingLarge(sink: Awaited<ReturnType<LargeFile['finish']>>): Waiting {
  return { expectedEtag: sink.expectedEtag(), show: () => sink.complete(), drop: () => sink.abort() };
}

/** Gathers chunks by copying, so that many tiny ones take no more than their bytes. */
function smallFile(): { write(chunk: Uint8Array): void; take(): Buffer } {
  let buffer = Buffer.alloc(0);
  let used = 0;
  return {
    write(chunk) {
      if (used + chunk.byteLength > buffer.byteLength) {
        const larger = Math.max(FIRST_BYTES, 2 * buffer.byteLength, used + chunk.byteLength);
        const grown = Buffer.allocUnsafeSlow(larger);
        buffer.copy(grown, 0, 0, used);
        buffer = grown;
      }
      buffer.set(chunk, used);
      used += chunk.byteLength;
    },
    take: () => buffer.subarray(0, used),
  };
}
