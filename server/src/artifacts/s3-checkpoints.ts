import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  CheckpointContradicted,
  type CheckpointSink,
  checkpointFileName,
  newestCheckpointName,
} from '../operations/ports/checkpoint-sink.ts';
import { connectBucket, type S3Bucket, type S3Options, soon } from './s3-bucket.ts';
import { listKeys } from './s3-entries.ts';
import { answered, isAbsentObject } from './s3-errors.ts';

/**
 * Checkpoints as objects `<prefix>/<size>.checkpoint`. A bucket with object lock, or whose policy lets this program only
 * put, keeps them from whoever has the database.
 */
export async function openCheckpointBucket(options: S3Options): Promise<CheckpointSink> {
  const bucket = await connectBucket(options);
  const prefix = options.prefix === '' ? '' : `${options.prefix}/`;
  const name = `s3://${options.bucket}/${options.prefix}`;
  return {
    name,
    async keep(size, note) {
      const { client, at, making } = bucket;
      const Key = `${prefix}${checkpointFileName(size)}`;
      const known = await answered(readNote(bucket, Key), null);
      if (known === note) return;
      if (known !== null) throw new CheckpointContradicted(size, name);
      const object = { Key, Body: note, ContentType: 'text/plain; charset=utf-8' };
      await answered(client.send(new PutObjectCommand({ ...at, ...making, ...object }), soon()), null);
    },
    newest: () => answered(readNewest(bucket, prefix), null),
  };
}

async function readNote({ client, at }: S3Bucket, Key: string): Promise<string | null> {
  try {
    const { Body } = await client.send(new GetObjectCommand({ ...at, Key }), soon());
    return (await Body?.transformToString()) ?? null;
  } catch (error) {
    if (isAbsentObject(error)) return null;
    throw error;
  }
}

async function readNewest(bucket: S3Bucket, prefix: string): Promise<string | null> {
  const names: string[] = [];
  for await (const page of listKeys(bucket, prefix, { delimiter: '/' })) {
    const newest = newestCheckpointName(page.objects.map(({ key }) => key.slice(prefix.length)));
    if (newest !== null) names.push(newest);
  }
  const newest = newestCheckpointName(names);
  return newest === null ? null : readNote(bucket, `${prefix}${newest}`);
}
