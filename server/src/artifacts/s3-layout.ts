import { createHash } from 'node:crypto';
import { type ArtifactPath, parseArtifactPath } from '../domain/artifact-path.ts';
import { invalidArgument } from '../domain/errors.ts';
import { parseProxiedUri } from '../domain/source-uri.ts';
import { SERVER_ID, TEMPORARY_FOLDER } from './layout.ts';

/**
 * Where things lie in the bucket. This file alone turns logical paths into keys, and keys into paths.
 * `<prefix>.registry-tmp/<server id>/<name>` are objects of ours about uploads under way; everything else is user
 * data, as MLflow lays it out.
 */
export interface S3Layout {
  readonly bucket: string;
  /** '' or ending in `/`. */
  readonly prefix: string;
  readonly serverId: string;
}

/** What a key below the prefix stands for; `other` is a name that users cannot have. */
export type KeyMeaning =
  | { readonly kind: 'file'; readonly path: ArtifactPath }
  /** An empty object with which other programs say that a folder exists. */
  | { readonly kind: 'marker' }
  | { readonly kind: 'own' }
  | { readonly kind: 'other' };

/** S3's limit, prefix included. */
const KEY_BYTES_LIMIT = 1_024;
/** No server id, so that nobody's sweep takes it for one. */
const CLIENT_UPLOADS = '_clients';
const S3_URI = /^s3:\/\/([^/]*)\/(.*)$/is;

/** `prefix` is plain segments joined by `/`, or ''. @throws TypeError: a server id that is no plain name. */
export function createS3Layout(place: { bucket: string; prefix: string; serverId: string }): S3Layout {
  if (!SERVER_ID.test(place.serverId))
    throw new TypeError(`Server id ${JSON.stringify(place.serverId)} is no plain name`);
  return { ...place, prefix: place.prefix === '' ? '' : `${place.prefix}/` };
}

/** The key of a file. @throws `invalid_argument`: our own folder, or a key longer than S3 takes. */
export function objectKey(layout: S3Layout, path: ArtifactPath): string {
  if (path.segments[0]?.toLowerCase() === TEMPORARY_FOLDER) throw invalidArgument('Invalid path');
  const key = layout.prefix + path.text;
  if (path.text === '' || Buffer.byteLength(key) > KEY_BYTES_LIMIT) throw invalidArgument('Invalid path');
  return key;
}

/** What the keys of all that lies in a folder begin with; null is the root. @throws as `objectKey`. */
export function folderPrefix(layout: S3Layout, path: ArtifactPath | null): string {
  return path === null ? layout.prefix : `${objectKey(layout, path)}/`;
}

/** The keys of the folders on the way to a path, as if they were files. */
export function ancestorKeys(layout: S3Layout, path: ArtifactPath): readonly string[] {
  return path.segments.slice(0, -1).map((_, index) => {
    return layout.prefix + path.segments.slice(0, index + 1).join('/');
  });
}

/** Reads a key that the bucket lists. A folder of a listing counts as a marker of size 0. */
export function meaningOf(layout: S3Layout, key: string, sizeBytes: number): KeyMeaning {
  if (!key.startsWith(layout.prefix)) return { kind: 'other' };
  const relative = key.slice(layout.prefix.length);
  if (relative.split('/', 1)[0]?.toLowerCase() === TEMPORARY_FOLDER) return { kind: 'own' };
  if (relative === '' && sizeBytes === 0) return { kind: 'marker' };
  const isFolder = relative.endsWith('/');
  const path = exactPath(isFolder ? relative.slice(0, -1) : relative);
  if (path === null || (isFolder && sizeBytes > 0)) return { kind: 'other' };
  return isFolder ? { kind: 'marker' } : { kind: 'file', path };
}

/** See `ArtifactStore.locate`. A URI of S3 is not decoded: its text is the key, as MLflow takes it. */
export function locateInS3(layout: S3Layout, uri: string): ArtifactPath | null {
  const [, bucket, rest] = S3_URI.exec(uri) ?? [];
  if (bucket === undefined || rest === undefined) return parseProxiedUri(uri);
  if (bucket !== layout.bucket || /[?#]/.test(rest) || !rest.startsWith(layout.prefix)) return null;
  const path = exactPath(rest.slice(layout.prefix.length).replace(/\/$/, ''));
  return path?.segments[0]?.toLowerCase() === TEMPORARY_FOLDER ? null : path;
}

/** The path whose only spelling the text is, or null. */
function exactPath(text: string): ArtifactPath | null {
  try {
    const path = parseArtifactPath(text);
    return path.text === text ? path : null;
  } catch {
    return null;
  }
}

/** What the keys of our own objects begin with; of one server when it is given. */
export function temporaryPrefix(layout: S3Layout, serverId?: string): string {
  const all = `${layout.prefix}${TEMPORARY_FOLDER}/`;
  return serverId === undefined ? all : `${all}${serverId}/`;
}

/** Where the notes about uploads lie that clients send themselves. */
export function clientUploadsPrefix(layout: S3Layout): string {
  return temporaryPrefix(layout, CLIENT_UPLOADS);
}

/** The key of the note that says that an upload is ours. */
export function noteKey(prefix: string, upload: { key: string; uploadId: string }): string {
  return prefix + createHash('sha256').update(`${upload.key}\0${upload.uploadId}`).digest('hex');
}
