import { join, sep } from 'node:path';
import type { ArtifactPath } from '../domain/artifact-path.ts';
import { invalidArgument } from '../domain/errors.ts';

/**
 * Where things lie in the artifact folder. This file alone turns logical paths into paths of the file system.
 * `<root>/.registry-tmp/<server id>/<uuid>` are uploads under way and removed things; everything else is user
 * data, as MLflow lays it out.
 */
export interface Layout {
  /** Real, absolute, without links. */
  readonly root: string;
  /** Of this server's own temporary folder, below the root. */
  readonly temporarySegments: readonly string[];
  /** As `rootIdentity` said it of the root when the store was opened. */
  readonly openedAs?: string;
}

/** The only name at the root that users cannot have, in any case of its letters. */
export const TEMPORARY_FOLDER = '.registry-tmp';

/** What a server may be called. */
export const SERVER_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const WINDOWS_NAME = /[<>:"|?*]|[. ]$|^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;

/** `root` is the real path of the artifact folder. @throws TypeError: a server id that is no plain name. */
export function createLayout(root: string, serverId: string): Layout {
  if (!SERVER_ID.test(serverId))
    throw new TypeError(`Server id ${JSON.stringify(serverId)} is no plain name`);
  return { root, temporarySegments: [TEMPORARY_FOLDER, serverId] };
}

/**
 * The segments that user data may have, checked anew.
 * @throws `invalid_argument`: our own folder, or a name that this platform would read as another.
 */
export function userSegments(path: ArtifactPath): readonly string[] {
  if (path.segments[0]?.toLowerCase() === TEMPORARY_FOLDER) throw invalidArgument('Invalid path');
  if (path.segments.length === 0 || !path.segments.every(isPlainName)) throw invalidArgument('Invalid path');
  return path.segments;
}

/** The absolute path of user data; null is the root. @throws as `userSegments`. */
export function absolutePath(layout: Layout, path: ArtifactPath | null): string {
  if (path === null) return layout.root;
  const absolute = join(layout.root, ...userSegments(path));
  const inside = layout.root.endsWith(sep) ? layout.root : layout.root + sep;
  if (!absolute.startsWith(inside) || absolute.length === inside.length)
    throw invalidArgument('Invalid path');
  return absolute;
}

/** Whether a name that stands in the folder belongs to us and not to the users. */
export function isOwnName(folder: ArtifactPath | null, name: string): boolean {
  return folder === null && name.toLowerCase() === TEMPORARY_FOLDER;
}

function isPlainName(segment: string): boolean {
  if (segment === '' || segment === '.' || segment === '..' || /[/\\\0]/.test(segment)) return false;
  return process.platform !== 'win32' || !WINDOWS_NAME.test(segment);
}
