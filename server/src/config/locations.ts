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

/** A folder, as a path or `file://` URL; made absolute. */
export function parseFolder(text: string): string {
  if (/^s3:\/\//i.test(text)) throw new Refused('artifacts in S3 are not available in this version');
  if (/^file:/i.test(text)) return fileURLToPath(text);
  if (text === '' || text.includes('\0') || /^[a-z][a-z0-9+.-]+:/i.test(text))
    throw new Error('not a folder');
  return resolve(text);
}
