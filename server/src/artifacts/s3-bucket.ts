import {
  type ObjectCannedACL,
  S3Client,
  type S3ClientConfig,
  type ServerSideEncryption,
  type StorageClass,
} from '@aws-sdk/client-s3';
import type { Tracer } from '../operations/ports/tracer.ts';
import { createS3Layout, type S3Layout } from './s3-layout.ts';

/** What is said with every object that is made (`MLFLOW_S3_UPLOAD_EXTRA_ARGS`). */
interface S3UploadArgs {
  readonly ServerSideEncryption?: string;
  readonly SSEKMSKeyId?: string;
  readonly StorageClass?: string;
  readonly ACL?: string;
}

export interface S3Options {
  readonly bucket: string;
  /** Plain segments joined by `/`, or ''. */
  readonly prefix: string;
  /** Null: Amazon's own. */
  readonly endpoint: string | null;
  /** Null: the SDK's own search (profile), and at last us-east-1. */
  readonly region: string | null;
  /** Null: the SDK's own search (profile, web identity, container, instance). */
  readonly credentials: S3Credentials | null;
  readonly ignoreTls: boolean;
  readonly addressing: 'auto' | 'path' | 'virtual';
  /** The account that the bucket must belong to; null: any. */
  readonly bucketOwner: string | null;
  readonly uploadArgs: S3UploadArgs;
  /** A plain name; no two servers that run share it. */
  readonly serverId: string;
  /** No other server uses the bucket's prefix: remove what any of them left. */
  readonly sweepAll: boolean;
  readonly now: () => number;
  /** Told of every request. */
  readonly tracer?: Tracer | null;
  /** Other sizes of parts, for tests. */
  readonly sizes?: PartSizes;
}

interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** How large uploads are cut. */
interface PartSizes {
  readonly partBytes: number;
  /** So many parts of a file are sent as they are; later ones are gathered into larger ones by the store itself. */
  readonly plainParts: number;
  /** So many make one larger part, which may have 5 GiB. */
  readonly gatheredParts: number;
}

/** 24 GiB as they are, then 2.5 GiB a part: 10,000 parts hold more than the 5 TiB that an object may have. */
const PART_SIZES: PartSizes = { partBytes: 5 * 1_048_576, plainParts: 5_000, gatheredParts: 512 };

/** A bucket that we talk to. */
export interface S3Bucket {
  readonly client: S3Client;
  /** For addresses that are given to others: it adds no checksum that they would have to send. */
  readonly presigner: S3Client;
  readonly layout: S3Layout;
  /** Part of every request. */
  readonly at: { readonly Bucket: string; readonly ExpectedBucketOwner?: string };
  /** Part of every request that makes an object. */
  readonly making: {
    readonly ServerSideEncryption?: ServerSideEncryption;
    readonly SSEKMSKeyId?: string;
    readonly StorageClass?: StorageClass;
    readonly ACL?: ObjectCannedACL;
  };
  readonly sizes: PartSizes;
  readonly now: () => number;
}

const CONNECT_MS = 3_000;
/** Nothing at all is heard on a connection. */
const SILENCE_MS = 60_000;
const ATTEMPTS = 3;
const CONNECTIONS = 64;

/** Makes the clients; connects to nothing yet. */
export async function connectBucket(options: S3Options): Promise<S3Bucket> {
  const { bucketOwner, bucket } = options;
  const config = await withRegion(clientConfig(options));
  const client = new S3Client(config);
  if (options.tracer) traceCalls(client, options.tracer);
  return {
    client,
    presigner: new S3Client({ ...config, requestChecksumCalculation: 'WHEN_REQUIRED' }),
    layout: createS3Layout(options),
    at: { Bucket: bucket, ...(bucketOwner === null ? {} : { ExpectedBucketOwner: bucketOwner }) },
    making: options.uploadArgs as S3Bucket['making'],
    sizes: options.sizes ?? PART_SIZES,
    now: options.now,
  };
}

/** A span for each command, its retries included. Keys hold names of users' files and stay out. */
function traceCalls(client: S3Client, tracer: Tracer): void {
  client.middlewareStack.add(
    (next, { commandName = 'Command' }) =>
      (args) => {
        const method = commandName.replace(/Command$/, '');
        const attributes = { 'rpc.system.name': 'aws-api', 'rpc.method': `S3/${method}` };
        return tracer.span(`S3 ${method}`, { kind: 'client', attributes }, () => next(args));
      },
    { step: 'initialize', name: 'trace' },
  );
}

/** A limit for requests that carry no file, retries included. */
export function soon(): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(20_000) };
}

/** A limit for requests with which the store joins or copies what it has. */
export function inTime(limitMs: number): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(limitMs) };
}

function clientConfig(options: S3Options): S3ClientConfig {
  const { endpoint, region, credentials, addressing, ignoreTls } = options;
  const agent = { keepAlive: true, maxSockets: CONNECTIONS };
  return {
    ...(endpoint === null ? {} : foreignEndpoint(endpoint)),
    ...(region === null ? {} : { region }),
    ...(credentials === null ? {} : { credentials }),
    forcePathStyle: addressing === 'path' || (addressing === 'auto' && endpoint !== null),
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      httpAgent: agent,
      httpsAgent: { ...agent, rejectUnauthorized: !ignoreTls },
    },
  };
}

/** Stores that are not Amazon's often do not know its newer checksums; some even store them as part of the file. */
function foreignEndpoint(endpoint: string): S3ClientConfig {
  return {
    endpoint,
    region: 'us-east-1',
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  };
}

async function withRegion(config: S3ClientConfig): Promise<S3ClientConfig> {
  const probe = new S3Client(config);
  const found = await probe.config.region().catch(() => null);
  // As boto3 does, which MLflow uses: begin there, and go where the store sends us.
  return { ...config, region: found ?? 'us-east-1', followRegionRedirects: config.endpoint === undefined };
}
