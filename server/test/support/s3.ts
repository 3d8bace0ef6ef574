import { randomUUID } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { openS3ArtifactStore, type S3ArtifactStore } from '../../src/artifacts/s3.ts';
import type { S3Options } from '../../src/artifacts/s3-bucket.ts';

/** A real S3 server that was started for the tests, told by `TEST_S3_*`. */
export interface S3Target {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Null where none is given, so that `npm test` needs none. */
export function s3Target(): S3Target | null {
  const { TEST_S3_ENDPOINT, TEST_S3_ACCESS_KEY_ID, TEST_S3_SECRET_ACCESS_KEY } = process.env;
  if (!TEST_S3_ENDPOINT || !TEST_S3_ACCESS_KEY_ID || !TEST_S3_SECRET_ACCESS_KEY) return null;
  return {
    endpoint: TEST_S3_ENDPOINT,
    accessKeyId: TEST_S3_ACCESS_KEY_ID,
    secretAccessKey: TEST_S3_SECRET_ACCESS_KEY,
  };
}

/** A place of its own in the tests' bucket, and ways to look at it and to meddle with it past the store. */
export interface TestPlace {
  readonly options: S3Options;
  open(change?: Partial<S3Options>): Promise<S3ArtifactStore>;
  /** Keys without the prefix. */
  keys(): Promise<string[]>;
  uploads(): Promise<{ key: string; uploadId: string }[]>;
  putObject(key: string, body: string): Promise<void>;
  clear(): Promise<void>;
}

const BUCKET = 'registry-tests';

/** `label` begins the prefix, which is made unique. */
export async function testPlace(target: S3Target, label = 'p'): Promise<TestPlace> {
  const { endpoint, ...credentials } = target;
  const client = new S3Client({
    endpoint,
    credentials,
    region: 'us-east-1',
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET })).catch(() => {});
  const prefix = `${label}-${randomUUID()}`;
  const options: S3Options = {
    ...{ bucket: BUCKET, prefix, endpoint, credentials, region: null, bucketOwner: null },
    ...{ ignoreTls: false, addressing: 'auto', uploadArgs: {}, serverId: 'one', sweepAll: false },
    now: Date.now,
  };
  const at = { Bucket: BUCKET };
  const listed = async () => {
    const keys: string[] = [];
    let after: string | undefined;
    do {
      const page = await client.send(
        new ListObjectsV2Command({ ...at, Prefix: `${prefix}/`, ...(after && { StartAfter: after }) }),
      );
      keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
      after = page.IsTruncated ? keys.at(-1) : undefined;
    } while (after !== undefined);
    return keys;
  };
  const uploads = async () => {
    const { Uploads = [] } = await client.send(
      new ListMultipartUploadsCommand({ ...at, Prefix: `${prefix}/` }),
    );
    return Uploads.map(({ Key = '', UploadId = '' }) => ({ key: Key, uploadId: UploadId }));
  };
  return {
    options,
    open: (change) => openS3ArtifactStore({ ...options, ...change }),
    keys: async () => (await listed()).map((key) => key.slice(prefix.length + 1)),
    uploads,
    async putObject(key, body) {
      await client.send(new PutObjectCommand({ ...at, Key: `${prefix}/${key}`, Body: Buffer.from(body) }));
    },
    async clear() {
      for (const { key, uploadId } of await uploads())
        await client.send(new AbortMultipartUploadCommand({ ...at, Key: key, UploadId: uploadId }));
      for (const key of await listed()) await client.send(new DeleteObjectCommand({ ...at, Key: key }));
      client.destroy();
    },
  };
}
