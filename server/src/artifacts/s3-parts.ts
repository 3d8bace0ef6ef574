import { createHash } from 'node:crypto';
import {
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { inTime, type S3Bucket, soon } from './s3-bucket.ts';
import { bareEtag, findObject } from './s3-entries.ts';
import { answered } from './s3-errors.ts';
import { abortUpload, forgetUpload, noteUpload, type S3Upload } from './s3-uploads.ts';

/** An upload in parts. Nobody sees the object before `complete`. All throw `unavailable`. */
export interface PartSink {
  /** `bytes` must stay as they are until it has returned. */
  send(partNumber: number, bytes: Uint8Array): Promise<void>;
  /** Takes another object of the bucket as a part, without moving its bytes through here. */
  copy(partNumber: number, key: string): Promise<void>;
  /** The ETag that the object will have, as far as the store tells by the ETags of its parts; else ''. */
  expectedEtag(): string;
  /** The ETag that it has. Again is fine. */
  complete(): Promise<string>;
  /** Ends sendings that are under way, and leaves nothing. What cannot be removed now, a sweep removes. */
  abort(): Promise<void>;
}

const COMPLETE_MS = 120_000;
const COPY_MS = 900_000;
const MD5 = /^[0-9a-f]{32}$/;

/** Begins an upload to a key, and notes that it is ours. @throws `unavailable`. */
export async function createPartSink(bucket: S3Bucket, key: string): Promise<PartSink> {
  const upload = await createUpload(bucket, key);
  const parts: CompletedPart[] = [];
  const running = new Set<Promise<unknown>>();
  const sending = new AbortController();
  const { client, at } = bucket;
  const place = { ...at, Key: key, UploadId: upload.uploadId };
  return {
    async send(partNumber, bytes) {
      const command = new UploadPartCommand({ ...place, PartNumber: partNumber, Body: bytes });
      const request = answered(client.send(command, { abortSignal: sending.signal }), null);
      running.add(request);
      try {
        parts.push(toPart(partNumber, await request));
      } finally {
        running.delete(request);
      }
    },
    async copy(partNumber, source) {
      const from = [at.Bucket, ...source.split('/')].map(encodeURIComponent).join('/');
      const command = new UploadPartCopyCommand({ ...place, PartNumber: partNumber, CopySource: from });
      const { CopyPartResult = {} } = await answered(client.send(command, inTime(COPY_MS)), null);
      parts.push(toPart(partNumber, CopyPartResult));
    },
    expectedEtag: () => compositeEtag(inOrder(parts)),
    async complete() {
      const etag = await completeUpload(bucket, upload, inOrder(parts));
      await forgetUpload(bucket, upload, 'server');
      return etag;
    },
    async abort() {
      sending.abort();
      // A part that arrives after the upload was given up would stay.
      await Promise.allSettled(running);
      await abortUpload(bucket, upload).then(
        () => forgetUpload(bucket, upload, 'server'),
        () => {},
      );
    },
  };
}

async function createUpload(bucket: S3Bucket, key: string): Promise<S3Upload> {
  const command = new CreateMultipartUploadCommand({ ...bucket.at, ...bucket.making, Key: key });
  const { UploadId: uploadId = '' } = await answered(bucket.client.send(command, soon()), null);
  const upload = { key, uploadId };
  try {
    await noteUpload(bucket, upload, 'server');
  } catch (error) {
    await abortUpload(bucket, upload).catch(() => {});
    throw error;
  }
  return upload;
}

/**
 * Joins the parts, given in order, to the object, and answers its ETag. Again is fine.
 * @throws `unavailable`, with the store's own error as the cause, and other errors of `answered`.
 */
export async function completeUpload(
  bucket: S3Bucket,
  upload: S3Upload,
  parts: CompletedPart[],
): Promise<string> {
  const { client, at } = bucket;
  const place = { ...at, Key: upload.key, UploadId: upload.uploadId };
  const command = new CompleteMultipartUploadCommand({ ...place, MultipartUpload: { Parts: parts } });
  try {
    const { ETag } = await answered(client.send(command, inTime(COMPLETE_MS)), null);
    if (ETag) return bareEtag(ETag);
  } catch (error) {
    const object = await findObject(bucket, upload.key);
    // The answer to an earlier attempt was lost on the way.
    if (object !== null && object.etag === compositeEtag(parts)) return object.etag;
    throw error;
  }
  // Ceph leaves it out.
  return (await findObject(bucket, upload.key))?.etag ?? '';
}

/** What S3 makes the ETag of: the MD5 of the parts' MD5s, and their number. '' when a part's is no MD5. */
export function compositeEtag(parts: readonly { ETag?: string | undefined }[]): string {
  const etags = parts.map(({ ETag }) => bareEtag(ETag));
  if (!etags.every((etag) => MD5.test(etag))) return '';
  const whole = createHash('md5')
    .update(Buffer.from(etags.join(''), 'hex'))
    .digest('hex');
  return `${whole}-${parts.length}`;
}

function inOrder(parts: readonly CompletedPart[]): CompletedPart[] {
  return parts.toSorted((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0));
}

/** With the checksum, which a store that answers one wants back. */
function toPart(partNumber: number, answer: CompletedPart): CompletedPart {
  const { ETag, ChecksumCRC32, ChecksumCRC32C, ChecksumCRC64NVME, ChecksumSHA1, ChecksumSHA256 } = answer;
  const checksums = { ChecksumCRC32, ChecksumCRC32C, ChecksumCRC64NVME, ChecksumSHA1, ChecksumSHA256 };
  const known = Object.entries({ ETag, ...checksums }).filter(([, value]) => value !== undefined);
  return { PartNumber: partNumber, ...Object.fromEntries(known) };
}
