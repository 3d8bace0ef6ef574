import {
  type CompletedPart,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { type ArtifactPath, artifactName } from '../domain/artifact-path.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import type { DirectTransfer, PresignedRequest, SentPart } from '../operations/ports/artifact-store.ts';
import { type S3Bucket, soon } from './s3-bucket.ts';
import { checkPlace, findObject, requireObject } from './s3-entries.ts';
import { answered, isUnfit, isUploadGone } from './s3-errors.ts';
import { clientUploadsPrefix, noteKey, objectKey } from './s3-layout.ts';
import { signPartUrls } from './s3-part-urls.ts';
import { completeUpload, compositeEtag } from './s3-parts.ts';
import { abortUpload, forgetUpload, noteUpload, type S3Upload, sweepClientUploads } from './s3-uploads.ts';

const PARTS_LIMIT = 10_000;
/** MLflow's are valid for an hour, in which a slow line may not be done; a part is no use without completing. */
const PART_SECONDS = 86_400;
const SWEEP_EVERY_MS = 24 * 3_600_000;
const UPLOAD_ID = /^[\x21-\x7e]{1,1024}$/;
const ETAG = /^"?[\w.+/=:-]{1,128}"?$/;
/** How S3 spells the arguments that a client must send as they were signed. */
const HEADERS = {
  ServerSideEncryption: 'x-amz-server-side-encryption',
  SSEKMSKeyId: 'x-amz-server-side-encryption-aws-kms-key-id',
  StorageClass: 'x-amz-storage-class',
  ACL: 'x-amz-acl',
} as const;
const NO_HEADERS: ReadonlyMap<string, string> = new Map();

/** See `DirectTransfer`. The addresses are those of the store as this server reaches it. */
export function createDirectTransfer(bucket: S3Bucket): DirectTransfer {
  let sweptAtMs = bucket.now();
  return {
    presignDownload: (path, ttlSeconds) => presignDownload(bucket, path, ttlSeconds),
    presignUpload: (path, ttlSeconds) => presignUpload(bucket, path, ttlSeconds),
    async createMultipart(path, partCount) {
      const created = await createMultipart(bucket, path, partCount);
      if (bucket.now() - sweptAtMs > SWEEP_EVERY_MS) {
        sweptAtMs = bucket.now();
        sweepClientUploads(bucket).catch(() => {});
      }
      return created;
    },
    completeMultipart: (path, uploadId, parts) => completeMultipart(bucket, path, uploadId, parts),
    abortMultipart: (path, uploadId) => abortMultipart(bucket, path, uploadId),
  };
}

async function presignDownload(
  bucket: S3Bucket,
  path: ArtifactPath,
  ttlSeconds: number,
): Promise<PresignedRequest & { sizeBytes: number }> {
  const { key, sizeBytes } = await requireObject(bucket, path);
  const command = new GetObjectCommand({
    ...bucket.at,
    Key: key,
    // MLflow: a browser saves the file and never shows it.
    ResponseContentDisposition: `attachment; filename*=UTF-8''${encodeRfc8187(artifactName(path))}`,
  });
  const url = await answered(getSignedUrl(bucket.presigner, command, { expiresIn: ttlSeconds }), path);
  return { url, headers: NO_HEADERS, sizeBytes };
}

async function presignUpload(
  bucket: S3Bucket,
  path: ArtifactPath,
  ttlSeconds: number,
): Promise<PresignedRequest> {
  const key = objectKey(bucket.layout, path);
  const [there] = await Promise.all([findObject(bucket, key), checkPlace(bucket, path)]);
  if (there !== null) throw new RegistryError('artifact_path_conflict', { path: path.text });
  const { at, making, presigner } = bucket;
  const command = new PutObjectCommand({ ...at, ...making, Key: key, IfNoneMatch: '*' });
  const headers = new Map([['if-none-match', '*']]);
  for (const [name, header] of Object.entries(HEADERS)) {
    const value = making[name as keyof typeof HEADERS];
    if (value !== undefined) headers.set(header, value);
  }
  const request = getSignedUrl(presigner, command, {
    expiresIn: ttlSeconds,
    unhoistableHeaders: new Set(headers.keys()),
  });
  return { url: await answered(request, path), headers };
}

async function createMultipart(
  bucket: S3Bucket,
  path: ArtifactPath,
  partCount: number,
): Promise<Awaited<ReturnType<DirectTransfer['createMultipart']>>> {
  if (!Number.isInteger(partCount) || partCount < 1 || partCount > PARTS_LIMIT)
    throw invalidArgument(`An upload has 1 to ${PARTS_LIMIT} parts.`, 'num_parts');
  const { at, making, presigner } = bucket;
  const key = objectKey(bucket.layout, path);
  await checkPlace(bucket, path);
  const command = new CreateMultipartUploadCommand({ ...at, ...making, Key: key });
  const { UploadId: uploadId = '' } = await answered(presigner.send(command, soon()), path);
  try {
    await noteUpload(bucket, { key, uploadId }, 'client');
    const urls = await signPartUrls(
      bucket,
      { key, uploadId },
      { count: partCount, ttlSeconds: PART_SECONDS },
    );
    return {
      uploadId,
      parts: urls.map((url, index) => ({ partNumber: index + 1, url, headers: NO_HEADERS })),
    };
  } catch (error) {
    await abortUpload(bucket, { key, uploadId }).catch(() => {});
    throw error;
  }
}

async function completeMultipart(
  bucket: S3Bucket,
  path: ArtifactPath,
  uploadId: string,
  parts: readonly SentPart[],
): Promise<void> {
  const upload = { key: objectKey(bucket.layout, path), uploadId };
  const sent = checkParts(parts);
  const [isOpen] = await Promise.all([isClientUpload(bucket, upload), checkPlace(bucket, path)]);
  if (!isOpen) throw await noSuchUpload(bucket, path, sent);
  try {
    await completeUpload({ ...bucket, client: bucket.presigner }, upload, sent);
  } catch (error) {
    const { cause } = error as Error;
    if (isUnfit(cause)) throw invalidArgument('The parts do not fit the upload.', 'parts');
    if (isUploadGone(cause)) throw new RegistryError('artifact_not_found', { path: path.text }, { cause });
    throw error;
  }
  await forgetUpload(bucket, upload, 'client');
}

/** Stores differ in what they say of an upload that is over, so our own note decides. */
async function isClientUpload(bucket: S3Bucket, upload: S3Upload): Promise<boolean> {
  if (!UPLOAD_ID.test(upload.uploadId)) return false;
  const note = noteKey(clientUploadsPrefix(bucket.layout), upload);
  return (await findObject(bucket, note)) !== null;
}

async function noSuchUpload(
  bucket: S3Bucket,
  path: ArtifactPath,
  sent: readonly CompletedPart[],
): Promise<RegistryError> {
  const object = await findObject(bucket, objectKey(bucket.layout, path));
  const isDone = object !== null && object.etag === compositeEtag(sent);
  return isDone
    ? invalidArgument('The upload was completed before.', 'upload_id')
    : new RegistryError('artifact_not_found', { path: path.text });
}

async function abortMultipart(bucket: S3Bucket, path: ArtifactPath, uploadId: string): Promise<void> {
  const upload = { key: objectKey(bucket.layout, path), uploadId };
  if (!UPLOAD_ID.test(uploadId)) return;
  await abortUpload(bucket, upload);
  await forgetUpload(bucket, upload, 'client');
}

/** In the order that S3 wants. @throws `invalid_argument`. */
function checkParts(parts: readonly SentPart[]): { PartNumber: number; ETag: string }[] {
  const numbers = new Set(parts.map(({ partNumber }) => partNumber));
  const isFit = parts.every(
    ({ partNumber, etag }) =>
      Number.isInteger(partNumber) && partNumber >= 1 && partNumber <= PARTS_LIMIT && ETAG.test(etag),
  );
  if (parts.length === 0 || numbers.size !== parts.length || !isFit)
    throw invalidArgument('Parts are numbered from 1 to 10000, each once, with the ETag of each.', 'parts');
  return parts
    .map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: etag }))
    .sort((a, b) => a.PartNumber - b.PartNumber);
}

function encodeRfc8187(text: string): string {
  return encodeURIComponent(text).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
}
