import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from './file-errors.ts';
import type { Layout } from './layout.ts';

const FOLDER = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0);

/**
 * A folder held open for changes in it. On Linux `at` names its entries through the descriptor, so that no
 * swap of a folder for a link can lead a rename or a removal astray; elsewhere each step is checked before.
 */
export interface Folder {
  at(name: string): string;
  /** Makes the entries durable. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Goes down from the root step by step, following no link. With `create` missing folders are made, durably.
 * @throws the system's error: `ENOENT`, `ENOTDIR` or `ELOOP` for a file or a link on the way.
 */
export async function openFolder(
  layout: Layout,
  segments: readonly string[],
  create: boolean,
): Promise<Folder> {
  let folder = await hold(layout.root);
  for (const segment of segments) {
    const parent = folder;
    try {
      folder = await step(parent, segment, create);
    } finally {
      await parent.close();
    }
  }
  return folder;
}

async function step(parent: Folder, segment: string, create: boolean): Promise<Folder> {
  try {
    return await hold(parent.at(segment));
  } catch (error) {
    if (!create || systemCode(error) !== 'ENOENT') throw error;
  }
  try {
    await mkdir(parent.at(segment));
    await parent.sync();
  } catch (error) {
    // Another upload made it first; if it is a file, the next line says so.
    if (systemCode(error) !== 'EEXIST') throw error;
  }
  return hold(parent.at(segment));
}

async function hold(path: string): Promise<Folder> {
  if (process.platform === 'linux') {
    const handle = await open(path, FOLDER);
    return {
      at: (name) => `/proc/self/fd/${handle.fd}/${name}`,
      sync: () => handle.sync(),
      close: () => handle.close(),
    };
  }
  if (!(await lstat(path)).isDirectory() || (await realpath(path)) !== path)
    throw Object.assign(new Error('Not a folder'), { code: 'ENOTDIR' });
  return { at: (name) => join(path, name), sync: () => syncByPath(path), close: async () => {} };
}

async function syncByPath(path: string): Promise<void> {
  // Windows has no such thing as syncing a folder.
  if (process.platform === 'win32') return;
  const handle: FileHandle = await open(path, FOLDER);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
