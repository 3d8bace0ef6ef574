import { S3ServiceException } from '@aws-sdk/client-s3';
import type { ArtifactPath } from '../domain/artifact-path.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';

const ABSENT = new Set(['NoSuchKey', 'NotFound']);
const FULL = new Set(['QuotaExceeded', 'InsufficientStorage', 'XMinioStorageFull']);
const UNFIT = new Set([
  ...[
    'InvalidPart',
    'InvalidPartOrder',
    'EntityTooSmall',
    'MalformedXML',
    'InvalidRequest',
    'InvalidArgument',
  ],
]);

/** S3's code of an error, such as `NoSuchKey`; '' for any other error. */
function s3Code(error: unknown): string {
  return error instanceof S3ServiceException ? error.name : '';
}

/** Whether the error says that there is no such object. */
export function isAbsentObject(error: unknown): boolean {
  return ABSENT.has(s3Code(error));
}

/** Whether the store refused parts of an upload because of what they are. */
export function isUnfit(error: unknown): boolean {
  return UNFIT.has(s3Code(error));
}

/** Whether a condition on the object's state did not hold. */
export function isPreconditionFailure(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 412;
}

/** Whether an upload in parts is not there (any more). */
export function isUploadGone(error: unknown): boolean {
  return s3Code(error) === 'NoSuchUpload';
}

/**
 * Waits for a request. What it fails with becomes an error of the port, whose cause alone tells about bucket,
 * key and endpoint.
 * @throws `artifact_not_found`, `invalid_argument` (a name that S3 does not take), `unavailable`, `storage_full`.
 */
export async function answered<T>(request: Promise<T>, path: ArtifactPath | null): Promise<T> {
  try {
    return await request;
  } catch (error) {
    throw storeFailure(error, path);
  }
}

/** See `answered`. */
export function storeFailure(error: unknown, path: ArtifactPath | null): RegistryError {
  if (error instanceof RegistryError) return error;
  const options = { cause: error };
  if (isAbsentObject(error))
    return new RegistryError('artifact_not_found', { path: path?.text ?? '' }, options);
  if (s3Code(error) === 'KeyTooLongError') return invalidArgument('Invalid path');
  if (FULL.has(s3Code(error)))
    return new RegistryError('storage_full', { message: 'The artifact store has no room left.' }, options);
  if (s3Code(error) === 'EntityTooLarge')
    return new RegistryError(
      'storage_full',
      { message: 'The artifact store takes no file so large.' },
      options,
    );
  return new RegistryError('unavailable', { message: sentence(error) }, options);
}

function sentence(error: unknown): string {
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  const noKey = error instanceof Error && /Credentials/.test(error.name);
  if (status === 401 || status === 403 || noKey) return 'The artifact store refuses this server.';
  if (s3Code(error) === 'NoSuchBucket') return 'The artifact store has no such bucket.';
  return 'The artifact store does not answer.';
}
