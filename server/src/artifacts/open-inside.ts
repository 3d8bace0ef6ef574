import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readlink, realpath } from 'node:fs/promises';
import type { ArtifactPath } from '../domain/artifact-path.ts';
import { RegistryError } from '../domain/errors.ts';
import { isAbsent, readFailure } from './file-errors.ts';
import { absolutePath, type Layout } from './layout.ts';
import { checkRoot } from './root-state.ts';

// Absent on Windows, where the check after opening has to do.
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;
// A pipe that someone planted must not hang us.
const NO_WAIT = constants.O_NONBLOCK ?? 0;

/**
 * Opens a file or folder for reading, or the root for null. No link below the root is followed, wherever it
 * leads: what is opened lies where its name says, also when folders are swapped meanwhile. (A hard link is
 * the file itself; who can plant one can read the file anyway.)
 *
 * @throws `artifact_not_found` when it is absent or behind a link, `unavailable`.
 */
export async function openInside(layout: Layout, path: ArtifactPath | null): Promise<FileHandle> {
  const absolute = absolutePath(layout, path);
  try {
    await checkReal(absolute, path);
    const handle = await open(absolute, constants.O_RDONLY | NO_FOLLOW | NO_WAIT);
    try {
      await checkOpened(handle, absolute, path);
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    if (isAbsent(error)) await checkRoot(layout);
    throw readFailure(error, path);
  }
}

/** Refuses a path that has a link in it. @throws `artifact_not_found`, or the system's error. */
export async function checkReal(absolute: string, path: ArtifactPath | null): Promise<void> {
  if ((await realpath(absolute)) !== absolute) throw behindLink(path);
}

/** A path through which what the handle has open can be listed; names below it cannot be redirected. */
export function handlePath(handle: FileHandle, absolute: string): string {
  return process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : absolute;
}

async function checkOpened(handle: FileHandle, absolute: string, path: ArtifactPath | null): Promise<void> {
  if (process.platform === 'linux') {
    const opened = await readlink(handlePath(handle, absolute));
    // A file that was replaced after it was opened is still the one that was asked for.
    if (opened !== absolute && opened !== `${absolute} (deleted)`) throw behindLink(path);
    return;
  }
  const [opened, named] = [await handle.stat({ bigint: true }), await lstat(absolute, { bigint: true })];
  if (opened.ino !== named.ino || opened.dev !== named.dev) throw behindLink(path);
  await checkReal(absolute, path);
}

function behindLink(path: ArtifactPath | null): RegistryError {
  return new RegistryError('artifact_not_found', { path: path?.text ?? '' });
}
