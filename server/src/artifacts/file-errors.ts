import type { ArtifactPath } from '../domain/artifact-path.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';

const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'ENODEV']);
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

function otherFailure(error: unknown): RegistryError {
  const code = systemCode(error);
  if (code === 'ENAMETOOLONG') return invalidArgument('Invalid path');
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  const message = full ? 'The artifact store is full.' : 'The artifact store does not answer.';
  return new RegistryError('unavailable', { message }, { cause: error });
}
