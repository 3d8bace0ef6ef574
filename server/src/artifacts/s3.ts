import type { ArtifactStore } from '../operations/ports/artifact-store.ts';
import { connectBucket, type S3Bucket, type S3Options } from './s3-bucket.ts';
import { createDirectTransfer } from './s3-direct.ts';
import { listKeys, listObjects, statObject, walkObjects } from './s3-entries.ts';
import { locateInS3 } from './s3-layout.ts';
import { openObject } from './s3-read.ts';
import { removeObjects, removeObjectsAt } from './s3-remove.ts';
import { stageObject } from './s3-stage.ts';
import { sweepClientUploads, sweepOtherServers, sweepServerUploads } from './s3-uploads.ts';

/** `swept` settles when what was left over at start is gone, or could not be reached. */
export interface S3ArtifactStore extends ArtifactStore {
  readonly swept: Promise<void>;
}

/**
 * Artifacts in a bucket of S3 or of a store that speaks its language, laid out as MLflow does. A store that does
 * not answer yet does not hinder the start. Left-over uploads are swept meanwhile.
 */
export async function openS3ArtifactStore(options: S3Options): Promise<S3ArtifactStore> {
  const bucket = await connectBucket(options);
  return {
    swept: sweepAtStart(bucket, options.sweepAll),
    direct: createDirectTransfer(bucket),
    locate: (uri) => locateInS3(bucket.layout, uri),
    stage: (path, body) => stageObject(bucket, path, body),
    open: (path) => openObject(bucket, path),
    stat: (path) => statObject(bucket, path),
    list: (path) => listObjects(bucket, path),
    walk: (path) => walkObjects(bucket, path),
    remove: (path) => removeObjects(bucket, path),
    removeFiles: (_root, paths) => removeObjectsAt(bucket, paths),
    sweepServer: (serverId) => sweepServerUploads(bucket, serverId),
    ping: () => ping(bucket),
  };
}

/** What cannot be swept now is swept by a later start. */
async function sweepAtStart(bucket: S3Bucket, sweepAll: boolean): Promise<void> {
  try {
    if (sweepAll) await sweepOtherServers(bucket);
    await sweepClientUploads(bucket);
  } catch {}
}

async function ping(bucket: S3Bucket): Promise<void> {
  for await (const _ of listKeys(bucket, bucket.layout.prefix, { pageSize: 1 })) return;
}
