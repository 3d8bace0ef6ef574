import { DeleteObjectsCommand } from '@aws-sdk/client-s3';
import type { ArtifactPath } from '../domain/artifact-path.ts';
import { RegistryError } from '../domain/errors.ts';
import { type S3Bucket, soon } from './s3-bucket.ts';
import { listKeys } from './s3-entries.ts';
import { answered } from './s3-errors.ts';
import { folderPrefix, objectKey } from './s3-layout.ts';

/** S3 takes no more. */
const KEYS_AT_ONCE = 1_000;

/**
 * Removes the object of the path, and all below it, a page at a time: readers may see a part of a folder while it
 * goes. @throws `unavailable`; then a part may be left, and again is fine.
 */
export async function removeObjects(bucket: S3Bucket, path: ArtifactPath): Promise<void> {
  const key = objectKey(bucket.layout, path);
  for await (const { objects } of listKeys(bucket, folderPrefix(bucket.layout, path)))
    if (objects.length > 0)
      await deleteKeys(
        bucket,
        objects.map((object) => object.key),
      );
  await deleteKeys(bucket, [key]);
}

/** Removes these objects and nothing else. @throws `unavailable`. */
export async function removeObjectsAt(bucket: S3Bucket, paths: readonly ArtifactPath[]): Promise<void> {
  const keys = paths.map((path) => objectKey(bucket.layout, path));
  for (let i = 0; i < keys.length; i += KEYS_AT_ONCE)
    await deleteKeys(bucket, keys.slice(i, i + KEYS_AT_ONCE));
}

async function deleteKeys({ client, at }: S3Bucket, keys: readonly string[]): Promise<void> {
  const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true };
  const { Errors = [] } = await answered(
    client.send(new DeleteObjectsCommand({ ...at, Delete }), soon()),
    null,
  );
  const failed = Errors.filter(({ Code }) => Code !== 'NoSuchKey');
  if (failed.length === 0) return;
  const message = 'The artifact store refuses to remove a file.';
  throw new RegistryError('unavailable', { message }, { cause: new Error(JSON.stringify(failed[0])) });
}
