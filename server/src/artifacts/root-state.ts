import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { RegistryError } from '../domain/errors.ts';
import { type Layout, TEMPORARY_FOLDER } from './layout.ts';

/** What tells the folder from another one under its name; '' where nothing can be told. */
export async function rootIdentity(root: string): Promise<string> {
  try {
    const { dev, ino } = await lstat(root, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return '';
  }
}

/**
 * Whether the artifact folder is still there. Without a disk that was mounted on it the empty folder below shows:
 * absent files would look removed, and uploads would land on the wrong disk. It is the right one while it is the
 * one that was opened, and when it has our own folder in it (a disk that was mounted again).
 * @throws `unavailable`.
 */
export async function checkRoot({ root, openedAs }: Layout): Promise<void> {
  const identity = await rootIdentity(root);
  if (identity !== '' && (openedAs === undefined || openedAs === identity)) return;
  const isOurs = await lstat(join(root, TEMPORARY_FOLDER)).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isOurs) throw new RegistryError('unavailable', { message: 'The artifact store does not answer.' });
}
