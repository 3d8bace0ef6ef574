import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { SERVER_ID } from './layout.ts';
import { type S3Bucket, soon } from './s3-bucket.ts';
import { listKeys, type S3Object } from './s3-entries.ts';
import { answered, isAbsentObject, isUploadGone } from './s3-errors.ts';
import { clientUploadsPrefix, noteKey, temporaryPrefix } from './s3-layout.ts';

/**
 * Uploads in parts that are ours. The bucket tells of all that are under way, but not whose they are, so each of ours
 * has a note: an object in our own folder, below the server that makes the upload, or below the clients'. An upload
 * without a note is never touched.
 */
export interface S3Upload {
  readonly key: string;
  readonly uploadId: string;
}

/** How long a client may take for an upload that it sends itself. */
const CLIENT_UPLOAD_MS = 7 * 24 * 3_600_000;

/** Notes an upload of this server, or of a client. @throws `unavailable`. */
export async function noteUpload(
  bucket: S3Bucket,
  upload: S3Upload,
  owner: 'server' | 'client',
): Promise<void> {
  const Key = keyOf(bucket, upload, owner);
  const body = JSON.stringify({ key: upload.key, uploadId: upload.uploadId });
  await answered(bucket.client.send(new PutObjectCommand({ ...bucket.at, Key, Body: body }), soon()), null);
}

/** Forgets an upload that was completed or given up. What cannot be removed now, a sweep removes. */
export async function forgetUpload(
  { client, at, layout }: S3Bucket,
  upload: S3Upload,
  owner: 'server' | 'client',
): Promise<void> {
  const Key = keyOf({ layout }, upload, owner);
  await client.send(new DeleteObjectCommand({ ...at, Key }), soon()).catch(() => {});
}

/** Leaves nothing of an upload; one that is not there is fine. @throws `unavailable`. */
export async function abortUpload({ client, at }: S3Bucket, { key, uploadId }: S3Upload): Promise<void> {
  const command = new AbortMultipartUploadCommand({ ...at, Key: key, UploadId: uploadId });
  const request = client.send(command, soon()).catch((error: unknown) => {
    if (!isUploadGone(error)) throw error;
  });
  await answered(request, null);
}

/** See `ArtifactStore.sweepServer`. A name that no server has means none. */
export async function sweepServerUploads(bucket: S3Bucket, serverId: string): Promise<void> {
  if (!SERVER_ID.test(serverId)) return;
  for await (const { objects } of listKeys(bucket, temporaryPrefix(bucket.layout, serverId)))
    for (const object of objects) await sweepNote(bucket, object);
}

/** Removes what all servers but this one left: only for one who is alone. */
export async function sweepOtherServers(bucket: S3Bucket): Promise<void> {
  const all = temporaryPrefix(bucket.layout);
  const ids: string[] = [];
  for await (const { folders } of listKeys(bucket, all, { delimiter: '/' }))
    ids.push(...folders.map((folder) => folder.slice(all.length, -1)));
  for (const id of ids) if (id !== bucket.layout.serverId) await sweepServerUploads(bucket, id);
}

/** Gives up the uploads that clients began long ago and never completed. */
export async function sweepClientUploads(bucket: S3Bucket): Promise<void> {
  const oldest = bucket.now() - CLIENT_UPLOAD_MS;
  for await (const { objects } of listKeys(bucket, clientUploadsPrefix(bucket.layout)))
    for (const object of objects) if (object.modifiedAtMs < oldest) await sweepNote(bucket, object);
}

/** Our folder holds notes, and parts of files that are being gathered; both go. */
async function sweepNote(bucket: S3Bucket, { key, sizeBytes }: S3Object): Promise<void> {
  const upload = sizeBytes < 8_192 ? await readNote(bucket, key) : null;
  if (upload !== null) await abortUpload(bucket, upload);
  await answered(bucket.client.send(new DeleteObjectCommand({ ...bucket.at, Key: key }), soon()), null);
}

/** Null when it is no note of an upload below our prefix. */
async function readNote({ client, at, layout }: S3Bucket, noteAt: string): Promise<S3Upload | null> {
  const request = client.send(new GetObjectCommand({ ...at, Key: noteAt }), soon());
  const text = await answered(
    request.then(
      ({ Body }) => Body?.transformToString() ?? '',
      (error: unknown) => {
        if (isAbsentObject(error)) return '';
        throw error;
      },
    ),
    null,
  );
  const note = parseNote(text);
  if (note === null || !note.key.startsWith(layout.prefix)) return null;
  return noteAt.endsWith(noteKey('/', note)) ? note : null;
}

function parseNote(text: string): S3Upload | null {
  try {
    const { key, uploadId } = JSON.parse(text) as Partial<S3Upload>;
    return typeof key === 'string' && typeof uploadId === 'string' ? { key, uploadId } : null;
  } catch {
    return null;
  }
}

function keyOf({ layout }: Pick<S3Bucket, 'layout'>, upload: S3Upload, owner: 'server' | 'client'): string {
  const prefix = owner === 'server' ? temporaryPrefix(layout, layout.serverId) : clientUploadsPrefix(layout);
  return noteKey(prefix, upload);
}
