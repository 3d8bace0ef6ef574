import { accessSync, closeSync, constants, existsSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { sqliteDialect } from '../dialect.sqlite.ts';
import type { Engine } from '../dialect.ts';
import { connectSqlite } from '../sqlite-connection.ts';
import { DatabaseRefused } from './database-refused.ts';
import { inspectDatabase } from './inspect.ts';

/** SQLite's result code for a file that is no database. */
const NOTADB = 26;
/** In byte 18 of a file in WAL mode. */
const WAL_FORMAT = 2;

/**
 * Looks at a SQLite file before it is opened for writing, which alone would change it (journal mode). A file
 * that is not there yet is fine. Throws `DatabaseRefused`.
 */
export async function refuseUnusableFile(path: string): Promise<void> {
  if (path === ':memory:' || !existsSync(path)) return;
  const engine = openFileToLook(path);
  try {
    const inspection = await inspectDatabase(engine.db, 'sqlite', `sqlite:///${path}`);
    if (inspection.kind === 'unsupported') throw new DatabaseRefused(inspection.reason);
  } catch (error) {
    throw refusalOf(path, error);
  } finally {
    await engine.close();
  }
  refuseUnwritable(path);
}

/**
 * Opens an existing SQLite file to look at it: nothing is written, neither the file nor anything beside it.
 * Works beside a running server. Throws `DatabaseRefused` when it cannot be one.
 */
export function openFileToLook(path: string): Engine & { readonly raw: DatabaseSync } {
  try {
    if (!statSync(path).isFile()) throw new DatabaseRefused(`${path} is not a file: name a SQLite database.`);
    const { raw, db } = connectSqlite(isAtRest(path) ? immutable(path) : path, true);
    // SQLite opens any file; it looks at what it is with the first statement.
    raw.prepare('select count(*) from sqlite_master').get();
    return {
      raw,
      dialect: sqliteDialect,
      db,
      transaction: () => Promise.reject(new Error('this database is open for reading only')),
      pools: () => [],
      async close() {
        if (raw.isOpen) raw.close();
      },
    };
  } catch (error) {
    throw refusalOf(path, error);
  }
}

/** In WAL mode and without a log nobody has it open; SQLite would make two files beside it, to share a log. */
function isAtRest(path: string): boolean {
  const header = Buffer.alloc(20);
  const file = openSync(path, 'r');
  try {
    readSync(file, header);
  } finally {
    closeSync(file);
  }
  return header[18] === WAL_FORMAT && !existsSync(`${path}-wal`);
}

function immutable(path: string): URL {
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  return url;
}

function refuseUnwritable(path: string): void {
  // The journal stands beside the file.
  for (const place of [path, dirname(path)])
    try {
      accessSync(place, constants.R_OK | constants.W_OK);
    } catch {
      throw new DatabaseRefused(`${place} cannot be written by this user: change its owner or permissions.`);
    }
}

/** SQLite's own words for what is no database, or cannot be read. */
function refusalOf(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DatabaseRefused) return error;
  if ('errcode' in error && error.errcode === NOTADB)
    return new DatabaseRefused(
      `${path} is not a SQLite database: name another file, or one that is not there yet.`,
    );
  const isUnreadable = 'errcode' in error || 'syscall' in error;
  return isUnreadable ? new DatabaseRefused(`${path} cannot be opened: ${error.message}.`) : error;
}
