import { lstat, rmdir, unlink } from 'node:fs/promises';
import {
  type ArtifactPath,
  artifactName,
  containsArtifactPath,
  parseArtifactPath,
} from '../domain/artifact-path.ts';
import { systemCode, writeFailure } from './file-errors.ts';
import { openFolder } from './folder.ts';
import { type Layout, userSegments } from './layout.ts';
import { checkRoot } from './root-state.ts';

const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);
/** Of a folder that is not empty; some systems say that it exists. */
const STAYS = new Set([...ABSENT, 'ENOTEMPTY', 'EEXIST']);

/** As `ArtifactStore.removeFiles`. */
export async function removeFiles(
  layout: Layout,
  root: ArtifactPath,
  paths: readonly ArtifactPath[],
): Promise<void> {
  await checkRoot(layout);
  const byFolder = Map.groupBy(paths, (path) => path.segments.slice(0, -1).join('/'));
  for (const inOne of byFolder.values()) await removeIn(layout, inOne);
  for (const folder of foldersOf(root, paths)) await removeIfEmpty(layout, folder);
}

/** All are in one folder. */
async function removeIn(layout: Layout, paths: readonly ArtifactPath[]): Promise<void> {
  const [first] = paths;
  if (first === undefined) return;
  await inFolderOf(layout, first, async (folder) => {
    for (const path of paths) await removeFile(folder.at(artifactName(path)), path);
    await folder.sync();
  });
}

async function removeFile(place: string, path: ArtifactPath): Promise<void> {
  try {
    if (!(await lstat(place)).isDirectory()) await unlink(place);
  } catch (error) {
    if (!ABSENT.has(systemCode(error))) throw writeFailure(error, path);
  }
}

async function removeIfEmpty(layout: Layout, path: ArtifactPath): Promise<void> {
  await inFolderOf(layout, path, async (folder) => {
    try {
      await rmdir(folder.at(artifactName(path)));
    } catch (error) {
      if (!STAYS.has(systemCode(error))) throw writeFailure(error, path);
    }
  });
}

type Folder = Awaited<ReturnType<typeof openFolder>>;

/** Nothing, when it is absent. */
async function inFolderOf(
  layout: Layout,
  path: ArtifactPath,
  work: (folder: Folder) => Promise<void>,
): Promise<void> {
  let folder: Folder;
  try {
    folder = await openFolder(layout, userSegments(path).slice(0, -1), false);
  } catch (error) {
    if (ABSENT.has(systemCode(error))) return;
    throw writeFailure(error, path);
  }
  try {
    await work(folder);
  } finally {
    await folder.close();
  }
}

/** At and below the root, the deepest first. */
function foldersOf(root: ArtifactPath, paths: readonly ArtifactPath[]): readonly ArtifactPath[] {
  const texts = new Set(
    paths.flatMap(({ segments }) => segments.slice(0, -1).map((_, i) => segments.slice(0, i + 1).join('/'))),
  );
  return [...texts]
    .map((text) => parseArtifactPath(text))
    .filter((folder) => containsArtifactPath(root, folder))
    .sort((a, b) => b.segments.length - a.segments.length);
}
