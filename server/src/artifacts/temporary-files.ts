import { randomUUID } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { type ArtifactPath, artifactName } from '../domain/artifact-path.ts';
import { systemCode, writeFailure } from './file-errors.ts';
import { openFolder } from './folder.ts';
import { type Layout, TEMPORARY_FOLDER, userSegments } from './layout.ts';
import { checkRoot } from './root-state.ts';

const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);

/**
 * Removes what stands under the path. It is moved to our own folder first, so that readers see all of it or
 * nothing, and a crash leaves only what the next sweep removes. A link is removed itself, never what it leads to.
 * @throws `unavailable`.
 */
export async function removeEntry(layout: Layout, path: ArtifactPath): Promise<void> {
  await checkRoot(layout);
  const segments = userSegments(path);
  const parent = await openFolder(layout, segments.slice(0, -1), false).catch(nullWhenAbsent(path));
  if (parent === null) return;
  try {
    const trash = await openFolder(layout, layout.temporarySegments, true);
    try {
      const name = randomUUID();
      await rename(parent.at(artifactName(path)), trash.at(name));
      await parent.sync();
      await rm(trash.at(name), { recursive: true, force: true });
    } finally {
      await trash.close();
    }
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw writeFailure(error, path);
  } finally {
    await parent.close();
  }
}

/** Removes what a server that no longer runs left half done. Absent is fine. */
export async function sweepServer(layout: Layout, serverId: string): Promise<void> {
  await sweep(layout, (name) => name === serverId);
}

/** The same for all servers: only for one who is alone. */
export async function sweepAllServers(layout: Layout): Promise<void> {
  await sweep(layout, () => true);
}

async function sweep(layout: Layout, isDead: (name: string) => boolean): Promise<void> {
  const folder = await openFolder(layout, [TEMPORARY_FOLDER], false).catch(nullWhenAbsent(null));
  if (folder === null) return;
  try {
    for (const name of await readdir(folder.at('.')))
      if (isDead(name)) await rm(folder.at(name), { recursive: true, force: true });
  } finally {
    await folder.close();
  }
}

function nullWhenAbsent(path: ArtifactPath | null): (error: unknown) => null {
  return (error) => {
    if (ABSENT.has(systemCode(error))) return null;
    throw path === null ? error : writeFailure(error, path);
  };
}
