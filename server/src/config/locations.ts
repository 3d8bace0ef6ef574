import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the database is. */
export type DatabaseLocation =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres'; readonly url: string };

/** A value that is understood but refused, with the reason to show. */
export class Refused extends Error {}

/** MLflow's database URIs (SQLAlchemy's spelling). Relative SQLite paths are relative to the working folder. */
export function parseDatabaseUri(text: string): DatabaseLocation {
  const scheme = /^([a-z][a-z0-9]*)(?:\+[a-z0-9_]+)?:\/\//i.exec(text);
  const rest = scheme === null ? '' : text.slice(scheme[0].length);
  switch (scheme?.[1]?.toLowerCase()) {
    case 'sqlite':
      return { kind: 'sqlite', path: parseSqlitePath(rest) };
    case 'postgres':
    case 'postgresql': {
      const url = new URL(`postgresql://${rest}`);
      if (url.pathname.length < 2) throw new Error('no database name');
      return { kind: 'postgres', url: url.href };
    }
    case 'http':
    case 'https':
      throw new Refused(
        'it names a tracking server, but this program is the tracking server and needs a database',
      );
    default:
      throw new Error('unknown scheme');
  }
}

function parseSqlitePath(rest: string): string {
  if (rest === '' || rest === '/' || rest === '/:memory:') return ':memory:';
  if (!rest.startsWith('/') || rest.includes('?') || rest.includes('\0')) throw new Error('not a path');
  return resolve(rest.slice(1));
}

/** Where artifacts are kept. */
export type ArtifactLocation =
  | { readonly kind: 'folder'; readonly path: string }
  /** `prefix` is plain segments joined by `/`, or ''. */
  | { readonly kind: 's3'; readonly bucket: string; readonly prefix: string };

const S3_URI = /^s3:\/\/([^/]*)(?:\/(.*))?$/is;
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/;
/** Leaves room for paths: a key of S3 has 1,024 bytes. */
const PREFIX_BYTES_LIMIT = 512;

/** A folder, as a path or `file://` URL, made absolute; or a place in S3. */
export function parseArtifactRoot(text: string): ArtifactLocation {
  const [, bucket, prefix = ''] = S3_URI.exec(text) ?? [];
  return bucket === undefined ? { kind: 'folder', path: parseFolder(text) } : parseS3Place(bucket, prefix);
}

function parseS3Place(bucket: string, text: string): ArtifactLocation {
  if (!BUCKET.test(bucket)) throw new Refused('it names no bucket');
  const prefix = text.replace(/\/$/, '');
  if (Buffer.byteLength(prefix) > PREFIX_BYTES_LIMIT)
    throw new Refused(`its prefix may have ${PREFIX_BYTES_LIMIT} bytes at most`);
  const isPlain = prefix.split('/').every((segment) => segment !== '.' && segment !== '..' && segment !== '');
  if (prefix !== '' && (!isPlain || /[\p{C}?#\\%]/u.test(prefix) || prefix !== prefix.normalize('NFC')))
    throw new Refused('its prefix must be plain names joined by "/"');
  return { kind: 's3', bucket, prefix };
}

function parseFolder(text: string): string {
  if (/^file:/i.test(text)) return fileURLToPath(text);
  if (text === '' || text.includes('\0') || /^[a-z][a-z0-9+.-]+:/i.test(text))
    throw new Error('not a folder');
  return resolve(text);
}
