import { HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { type ArtifactPath, artifactName, relativeArtifactPath } from '../domain/artifact-path.ts';
import { RegistryError } from '../domain/errors.ts';
import type { ArtifactEntry, WalkedFile } from '../operations/ports/artifact-store.ts';
import { type S3Bucket, soon } from './s3-bucket.ts';
import { answered, isAbsentObject } from './s3-errors.ts';
import { ancestorKeys, folderPrefix, meaningOf, objectKey } from './s3-layout.ts';

/** An object as the bucket tells of it. */
export interface S3Object {
  readonly key: string;
  readonly sizeBytes: number;
  /** Without quotes. */
  readonly etag: string;
  readonly modifiedAtMs: number;
}

/** A page of a listing; `folders` end in `/` and are given only with `delimiter`. */
interface ListedPage {
  readonly objects: readonly S3Object[];
  readonly folders: readonly string[];
}

/** See `WalkedFile`. */
export function objectFingerprint(sizeBytes: number, etag: string): string {
  return `${sizeBytes}-${etag}`;
}

/** S3 quotes its ETags. */
export function bareEtag(etag: string | undefined): string {
  return (etag ?? '').replace(/^"|"$/g, '');
}

/** The object of a key, or null. @throws `unavailable`. */
export async function findObject({ client, at }: S3Bucket, key: string): Promise<S3Object | null> {
  const request = client.send(new HeadObjectCommand({ ...at, Key: key }), soon());
  const head = await answered(
    request.catch((error: unknown) => {
      if (isAbsentObject(error)) return null;
      throw error;
    }),
    null,
  );
  if (head === null) return null;
  const { ContentLength: sizeBytes = 0, ETag, LastModified } = head;
  return { key, sizeBytes, etag: bareEtag(ETag), modifiedAtMs: LastModified?.getTime() ?? 0 };
}

/** Everything whose key begins so, page by page. @throws `unavailable`. */
export async function* listKeys(
  { client, at }: S3Bucket,
  prefix: string,
  options: { delimiter?: '/'; pageSize?: number } = {},
): AsyncGenerator<ListedPage> {
  let token: string | undefined;
  do {
    const command = new ListObjectsV2Command({
      ...at,
      Prefix: prefix,
      // Keys may hold characters that XML cannot.
      EncodingType: 'url',
      ...(options.delimiter === undefined ? {} : { Delimiter: options.delimiter }),
      ...(options.pageSize === undefined ? {} : { MaxKeys: options.pageSize }),
      ...(token === undefined ? {} : { ContinuationToken: token }),
    });
    const page = await answered(client.send(command, soon()), null);
    yield {
      objects: (page.Contents ?? []).map(({ Key, Size, ETag, LastModified }) => ({
        key: decodeKey(Key),
        sizeBytes: Size ?? 0,
        etag: bareEtag(ETag),
        modifiedAtMs: LastModified?.getTime() ?? 0,
      })),
      folders: (page.CommonPrefixes ?? []).map(({ Prefix }) => decodeKey(Prefix)),
    };
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

/** Whether anything lies in the folder, be it an empty marker. */
async function isFolder(bucket: S3Bucket, path: ArtifactPath): Promise<boolean> {
  for await (const page of listKeys(bucket, folderPrefix(bucket.layout, path), { pageSize: 1 }))
    return page.objects.length > 0;
  return false;
}

/** The object of a file. @throws `artifact_is_directory`, `artifact_not_found`, `unavailable`. */
export async function requireObject(bucket: S3Bucket, path: ArtifactPath): Promise<S3Object> {
  const object = await findObject(bucket, objectKey(bucket.layout, path));
  if (object !== null) return object;
  const code = (await isFolder(bucket, path)) ? 'artifact_is_directory' : 'artifact_not_found';
  throw new RegistryError(code, { path: path.text });
}

/**
 * A file is no folder and a folder no file. The bucket knows neither, so of two who come at once both may
 * pass. @throws `artifact_path_conflict`, `unavailable`.
 */
export async function checkPlace(bucket: S3Bucket, path: ArtifactPath): Promise<void> {
  const above = ancestorKeys(bucket.layout, path).map((key) => findObject(bucket, key));
  const [folder, ...files] = await Promise.all([isFolder(bucket, path), ...above]);
  if (folder || files.some((file) => file !== null))
    throw new RegistryError('artifact_path_conflict', { path: path.text });
}

/** See `ArtifactStore.stat`. Where a file and a folder share a name, which only others can do, it is the file. */
export async function statObject(bucket: S3Bucket, path: ArtifactPath): Promise<ArtifactEntry | null> {
  const name = artifactName(path);
  const object = await findObject(bucket, objectKey(bucket.layout, path));
  if (object !== null) return { name, isDirectory: false, sizeBytes: object.sizeBytes };
  return (await isFolder(bucket, path)) ? { name, isDirectory: true, sizeBytes: 0 } : null;
}

/** See `ArtifactStore.list`. */
export async function listObjects(bucket: S3Bucket, path: ArtifactPath | null): Promise<ArtifactEntry[]> {
  const { layout } = bucket;
  const prefix = folderPrefix(layout, path);
  const entries: ArtifactEntry[] = [];
  for await (const page of listKeys(bucket, prefix, { delimiter: '/' })) {
    for (const { key, sizeBytes } of page.objects)
      if (meaningOf(layout, key, sizeBytes).kind === 'file')
        entries.push({ name: key.slice(prefix.length), isDirectory: false, sizeBytes });
    for (const key of page.folders)
      if (meaningOf(layout, key, 0).kind === 'marker')
        entries.push({ name: key.slice(prefix.length, -1), isDirectory: true, sizeBytes: 0 });
  }
  return entries.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}

/** See `ArtifactStore.walk`. */
export async function* walkObjects(bucket: S3Bucket, path: ArtifactPath): AsyncGenerator<WalkedFile> {
  const { layout } = bucket;
  const itself = await findObject(bucket, objectKey(layout, path));
  if (itself !== null) {
    if (await isFolder(bucket, path)) throw unservable(path);
    yield toWalked(path, path, itself);
    return;
  }
  for await (const { objects } of listKeys(bucket, folderPrefix(layout, path)))
    for (const object of objects) {
      const meaning = meaningOf(layout, object.key, object.sizeBytes);
      if (meaning.kind === 'marker') continue;
      if (meaning.kind !== 'file') throw unservable(path);
      yield toWalked(path, meaning.path, object);
    }
}

function toWalked(start: ArtifactPath, path: ArtifactPath, { sizeBytes, etag }: S3Object): WalkedFile {
  return {
    relativePath: relativeArtifactPath(start, path) ?? '',
    path,
    sizeBytes,
    fingerprint: objectFingerprint(sizeBytes, etag),
  };
}

function unservable(folder: ArtifactPath): RegistryError {
  return new RegistryError('resource_conflict', {
    message: `The folder '${folder.text}' holds an object whose name cannot be served.`,
  });
}

/** A key that is not UTF-8 becomes one that nobody can ask for. */
function decodeKey(encoded: string | undefined): string {
  const text = (encoded ?? '').replaceAll('+', ' ');
  try {
    return decodeURIComponent(text);
  } catch {
    return `${text}\0`;
  }
}
