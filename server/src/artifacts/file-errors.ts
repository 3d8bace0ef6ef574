import type { ArtifactPath } from '../domain/artifact-path.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';

const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'ENODEV']);
const FULL = new Set(['ENOSPC', 'EDQUOT']);
const FORBIDDEN = new Set(['EROFS', 'EACCES', 'EPERM']);
const CONFLICT = new Set(['ENOTDIR', 'EISDIR', 'EEXIST', 'ENOTEMPTY', 'ELOOP']);

/** The system's error code, such as `ENOENT`; '' for any other error. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Whether the error says that nothing readable stands there; a link counts as nothing. */
export function isAbsent(error: unknown): boolean {
  return (
    ABSENT.has(systemCode(error)) || (error instanceof RegistryError && error.code === 'artifact_not_found')
  );
}

/** What a failed reading means to the caller. The system's own error, which names the path, is only the cause. */
export function readFailure(error: unknown, path: ArtifactPath | null): unknown {
  if (error instanceof RegistryError || systemCode(error) === '') return error;
  if (isAbsent(error))
    return new RegistryError('artifact_not_found', { path: path?.text ?? '' }, { cause: error });
  return otherFailure(error);
}

/** What a failed change means to the caller. */
export function writeFailure(error: unknown, path: ArtifactPath): unknown {
  if (error instanceof RegistryError || systemCode(error) === '') return error;
  if (CONFLICT.has(systemCode(error)))
    return new RegistryError('artifact_path_conflict', { path: path.text }, { cause: error });
  return otherFailure(error);
}

/** What a failure of the store itself means, whatever was asked of it. */
export function storeFailure(error: unknown): RegistryError {
  if (error instanceof RegistryError) return error;
  const code = systemCode(error);
  const options = { cause: error };
  if (FULL.has(code))
    return new RegistryError('storage_full', { message: 'The artifact store has no room left.' }, options);
  if (code === 'EFBIG')
    return new RegistryError(
      'storage_full',
      { message: 'The artifact store takes no file so large.' },
      options,
    );
  const message = FORBIDDEN.has(code)
    ? 'The artifact store refuses this server.'
    : 'The artifact store does not answer.';
  return new RegistryError('unavailable', { message }, options);
}

function otherFailure(error: unknown): RegistryError {
  return systemCode(error) === 'ENAMETOOLONG' ? invalidArgument('Invalid path') : storeFailure(error);
}
