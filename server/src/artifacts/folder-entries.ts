import { isUtf8 } from 'node:buffer';
import type { BigIntStats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ArtifactPath,
  artifactName,
  parseArtifactPath,
  relativeArtifactPath,
} from '../domain/artifact-path.ts';
import { isRegistryError, RegistryError } from '../domain/errors.ts';
import type { ArtifactEntry, WalkedFile } from '../operations/ports/artifact-store.ts';
import { isAbsent, readFailure, systemCode } from './file-errors.ts';
import { fingerprintOf } from './fingerprint.ts';
import { absolutePath, isOwnName, type Layout } from './layout.ts';
import { checkReal, handlePath, openInside } from './open-inside.ts';
import { checkRoot } from './root-state.ts';

const STATS_AT_ONCE = 32;

interface Found {
  readonly name: string;
  /** Null when the name is not UTF-8, so that nobody can ask for it. */
  readonly stats: BigIntStats | null;
}

/** See `ArtifactStore.stat`. */
export async function statEntry(layout: Layout, path: ArtifactPath): Promise<ArtifactEntry | null> {
  const stats = await statInside(layout, path);
  return stats === null ? null : toEntry(artifactName(path), stats);
}

/** See `ArtifactStore.list`. Links, devices and names that are no paths are left out. */
export async function listFolder(layout: Layout, path: ArtifactPath | null): Promise<ArtifactEntry[]> {
  const entries: ArtifactEntry[] = [];
  for (const found of await readFolder(layout, path))
    if (found.stats !== null && childPath(path, found) !== null)
      entries.push(toEntry(found.name, found.stats));
  return entries;
}

/** See `ArtifactStore.walk`. Folders are read one at a time. */
export async function* walkFiles(layout: Layout, path: ArtifactPath): AsyncGenerator<WalkedFile> {
  const start = await statInside(layout, path);
  if (start === null) return;
  if (start.isFile()) {
    yield toWalked(path, path, start);
    return;
  }
  const folders = [path];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const below: ArtifactPath[] = [];
    for (const found of await readFolder(layout, folder)) {
      const child = childPath(folder, found);
      if (child === null || found.stats === null) throw unservable(folder);
      if (found.stats.isDirectory()) below.push(child);
      else yield toWalked(path, child, found.stats);
    }
    folders.push(...below.reverse());
  }
}

/** The entries sorted by the bytes of their names; none when the path is absent or a file. */
async function readFolder(layout: Layout, path: ArtifactPath | null): Promise<Found[]> {
  try {
    if (path === null) await checkRoot(layout);
    const handle = await openInside(layout, path);
    try {
      const here = handlePath(handle, absolutePath(layout, path));
      const names = (await readdir(here, { encoding: 'buffer' })).sort(Buffer.compare);
      const found = await statAll(here, names);
      return found.filter(({ name }) => !isOwnName(path, name));
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isAbsent(error)) return [];
    throw readFailure(error, path);
  }
}

async function statAll(folder: string, names: readonly Buffer[]): Promise<Found[]> {
  const all: Found[] = [];
  for (let i = 0; i < names.length; i += STATS_AT_ONCE) {
    const batch = names.slice(i, i + STATS_AT_ONCE).map((name) => statFound(folder, name));
    for (const found of await Promise.all(batch)) if (found !== null) all.push(found);
  }
  return all;
}

async function statFound(folder: string, bytes: Buffer): Promise<Found | null> {
  const name = bytes.toString();
  if (!isUtf8(bytes)) return { name, stats: null };
  try {
    return { name, stats: await lstat(join(folder, name), { bigint: true }) };
  } catch (error) {
    // Removed since the folder was read.
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function statInside(layout: Layout, path: ArtifactPath): Promise<BigIntStats | null> {
  const absolute = absolutePath(layout, path);
  try {
    await checkReal(absolute, path);
    const stats = await lstat(absolute, { bigint: true });
    return stats.isFile() || stats.isDirectory() ? stats : null;
  } catch (error) {
    if (!isAbsent(error)) throw readFailure(error, path);
    await checkRoot(layout);
    return null;
  }
}

/** The path of an entry; null when users cannot name it, or when it is neither file nor folder. */
function childPath(folder: ArtifactPath | null, { name, stats }: Found): ArtifactPath | null {
  if (stats === null || (!stats.isFile() && !stats.isDirectory())) return null;
  const text = folder === null ? name : `${folder.text}/${name}`;
  try {
    const path = parseArtifactPath(text);
    return path.text === text ? path : null;
  } catch (error) {
    if (isRegistryError(error, 'invalid_argument')) return null;
    throw error;
  }
}

function toEntry(name: string, stats: BigIntStats): ArtifactEntry {
  const isDirectory = stats.isDirectory();
  return { name, isDirectory, sizeBytes: isDirectory ? 0 : Number(stats.size) };
}

function toWalked(start: ArtifactPath, path: ArtifactPath, stats: BigIntStats): WalkedFile {
  return {
    relativePath: relativeArtifactPath(start, path) ?? '',
    path,
    sizeBytes: Number(stats.size),
    fingerprint: fingerprintOf(stats),
  };
}

function unservable(folder: ArtifactPath): RegistryError {
  return new RegistryError('resource_conflict', {
    message: `The folder '${folder.text}' holds a link, a device or a name that cannot be served.`,
  });
}
