import type { FileHandle } from 'node:fs/promises';
import { mkdir, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import type { ArtifactPath } from '../domain/artifact-path.ts';
import { RegistryError } from '../domain/errors.ts';
import type { ArtifactStore, ByteRange, OpenedFile } from '../operations/ports/artifact-store.ts';
import { readFailure } from './file-errors.ts';
import { FileStream } from './file-stream.ts';
import { fingerprintOf } from './fingerprint.ts';
import { listFolder, statEntry, walkFiles } from './folder-entries.ts';
import { createLayout, type Layout } from './layout.ts';
import { locateFile } from './locate-file.ts';
import { openInside } from './open-inside.ts';
import { removeFiles } from './remove-files.ts';
import { checkRoot, rootIdentity } from './root-state.ts';
import { stageFile } from './stage-file.ts';
import { removeEntry, sweepAllServers, sweepServer } from './temporary-files.ts';

/** Long reads are quicker; when there are many readers, short ones keep them from waiting for each other. */
const LONGEST_READ_BYTES = 1_048_576;
const SHORTEST_READ_BYTES = 65_536;
/** What is read ahead for all downloads of the process together, about. */
const READ_AHEAD_BYTES = 33_554_432;
const downloads = new Set<Readable>();

export interface FilesystemOptions {
  /** Made when absent. May itself be a link; what it leads to is fixed at start. */
  readonly root: string;
  /** A plain name; no two servers that run share it. */
  readonly serverId: string;
  /** No other server uses the folder: remove what any of them left. */
  readonly sweepAll: boolean;
}

/**
 * Artifacts in a folder of this machine, laid out as MLflow does. Sweeps left-over temporary files; a folder
 * that may only be read is served as it is. Names that differ in case only need a file system that tells them
 * apart; all of the tree lies on one file system.
 * @throws `unavailable` when the folder cannot be made or found.
 */
export async function openFilesystemArtifactStore(options: FilesystemOptions): Promise<ArtifactStore> {
  const root = await openRoot(options.root);
  const layout = { ...createLayout(root, options.serverId), openedAs: await rootIdentity(root) };
  // MLflow writes the folder down as it was told, which may be a link to where it really is.
  const roots = [layout.root, resolve(options.root)];
  const sweeping = options.sweepAll ? sweepAllServers(layout) : sweepServer(layout, options.serverId);
  // What cannot be swept now is swept by a later start; `stage` says when the folder is not writable.
  await sweeping.catch(() => {});
  return {
    direct: null,
    locate: (uri) => locateFile(roots, uri),
    stage: (path, body) => stageFile(layout, path, body),
    open: (path) => openFile(layout, path),
    stat: (path) => statEntry(layout, path),
    list: (path) => listFolder(layout, path),
    walk: (path) => walkFiles(layout, path),
    remove: (path) => removeEntry(layout, path),
    removeFiles: (root, paths) => removeFiles(layout, root, paths),
    ping: () => ping(layout),
    sweepServer: (serverId) => sweepServer(layout, serverId),
  };
}

async function openRoot(root: string): Promise<string> {
  try {
    await mkdir(root, { recursive: true });
    return await realpath(root);
  } catch (cause) {
    throw new RegistryError(
      'unavailable',
      { message: 'The artifact root cannot be made or found.' },
      { cause },
    );
  }
}

async function openFile(layout: Layout, path: ArtifactPath): Promise<OpenedFile> {
  const handle = await openInside(layout, path);
  try {
    const stats = await handle.stat({ bigint: true });
    if (stats.isDirectory()) throw new RegistryError('artifact_is_directory', { path: path.text });
    if (!stats.isFile()) throw new RegistryError('artifact_not_found', { path: path.text });
    return {
      sizeBytes: Number(stats.size),
      modifiedAtMs: Number(stats.mtimeMs),
      fingerprint: fingerprintOf(stats),
      stream: (range) => streamRange(handle, Number(stats.size), range),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw readFailure(error, path);
  }
}

/** The range is fixed now: bytes that someone appends later are not sent. */
function streamRange(handle: FileHandle, sizeBytes: number, range?: ByteRange): Readable {
  const { first, last } = range ?? { first: 0, last: sizeBytes - 1 };
  if (last < first) {
    const nothing = Readable.from([]);
    nothing.once('close', () => void handle.close());
    return nothing;
  }
  const fair = Math.floor(READ_AHEAD_BYTES / (downloads.size + 1));
  const pieceBytes = Math.max(SHORTEST_READ_BYTES, Math.min(LONGEST_READ_BYTES, fair));
  const stream = new FileStream({ handle, first, last, pieceBytes });
  downloads.add(stream);
  stream.once('close', () => downloads.delete(stream));
  return stream;
}

async function ping(layout: Layout): Promise<void> {
  try {
    await checkRoot(layout);
    const handle = await openInside(layout, null);
    await handle.close();
  } catch (cause) {
    throw new RegistryError('unavailable', { message: 'The artifact root does not answer.' }, { cause });
  }
}
