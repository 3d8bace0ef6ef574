import { PassThrough, Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { ArtifactPath } from '../domain/artifact-path.ts';
import { RegistryError } from '../domain/errors.ts';
import type { ByteRange, OpenedFile } from '../operations/ports/artifact-store.ts';
import { noteReceived } from './received-bytes.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { objectFingerprint, requireObject, type S3Object } from './s3-entries.ts';
import { isAbsentObject, isPreconditionFailure, storeFailure } from './s3-errors.ts';

const STREAM_BUFFER_BYTES = 262_144;

/**
 * See `ArtifactStore.open`. The bytes are asked for when they are read, and only as long as the object is the one
 * that was opened: the stream of one that was replaced meanwhile ends with `unavailable`.
 */
export async function openObject(bucket: S3Bucket, path: ArtifactPath): Promise<OpenedFile> {
  const object = await requireObject(bucket, path);
  return {
    sizeBytes: object.sizeBytes,
    modifiedAtMs: object.modifiedAtMs,
    fingerprint: objectFingerprint(object.sizeBytes, object.etag),
    stream: (range) => streamObject(bucket, path, object, range),
    close: async () => {},
  };
}

function streamObject(
  bucket: S3Bucket,
  path: ArtifactPath,
  object: S3Object,
  range: ByteRange | undefined,
): Readable {
  const { first, last } = range ?? { first: 0, last: object.sizeBytes - 1 };
  if (last < first) return Readable.from([]);
  const stream = new PassThrough({ highWaterMark: STREAM_BUFFER_BYTES });
  const reading = new AbortController();
  // A reader that goes away takes the connection with it.
  stream.once('close', () => {
    if (!stream.readableEnded) reading.abort();
  });
  const fail = (error: unknown) => stream.destroy(readFailure(error, path));
  fetchObject(bucket, object, { first, last }, reading.signal).then((body) => {
    body.once('error', fail);
    body.on('data', ({ byteLength }: Uint8Array) => noteReceived(byteLength));
    // Chunk by chunk, as they came: a stream that is iterated joins what has come together, which is a copy more.
    body.pipe(stream);
  }, fail);
  return stream;
}

async function fetchObject(
  { client, at }: S3Bucket,
  { key, etag, sizeBytes }: S3Object,
  { first, last }: ByteRange,
  abortSignal: AbortSignal,
): Promise<Readable> {
  const isWhole = first === 0 && last === sizeBytes - 1;
  const command = new GetObjectCommand({
    ...at,
    Key: key,
    IfMatch: `"${etag}"`,
    ...(isWhole ? {} : { Range: `bytes=${first}-${last}` }),
  });
  const { Body } = await client.send(command, { abortSignal });
  if (!(Body instanceof Readable)) throw new Error('The store answered without a stream');
  return Body;
}

function readFailure(error: unknown, path: ArtifactPath): RegistryError {
  if (!isPreconditionFailure(error) && !isAbsentObject(error)) return storeFailure(error, path);
  const message = `'${path.text}' was replaced or removed while it was being opened; ask again.`;
  return new RegistryError('unavailable', { message }, { cause: error });
}
