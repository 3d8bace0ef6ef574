import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { connectSqlite } from '../sqlite-connection.ts';
import { DatabaseRefused } from './database-refused.ts';
import { openFileToLook } from './sqlite-file.ts';

/** What a backup holds. */
export interface BackupResult {
  readonly file: string;
  readonly sizeBytes: number;
  /** Audit events in it. */
  readonly auditEvents: number;
  readonly registeredModels: number;
  readonly modelVersions: number;
}

/**
 * Copies a SQLite database as it is at one instant, also while a server writes to it (SQLite: VACUUM INTO). Under its name there
 * is a whole, checked copy on disk or nothing; what a killed backup leaves is called `<name>.part-…`.
 * @throws DatabaseRefused when there is no database, the name is taken, or the copy cannot be made.
 */
export async function backupSqlite(path: string, target: string): Promise<BackupResult> {
  const file = resolve(target);
  if (path === ':memory:' || !existsSync(path))
    throw new DatabaseRefused(`There is no database at ${path}: nothing to back up.`);
  if (existsSync(file))
    throw new DatabaseRefused(`${file} exists: a backup never overwrites; choose another name.`);
  const folder = dirname(file);
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new DatabaseRefused(`${folder} is not a folder: make it first.`);
  const part = join(folder, `${basename(file)}.part-${process.pid}`);
  try {
    await copyInto(path, part);
    const counts = await check(part);
    linkSync(part, file);
    // Windows cannot flush a folder; its journal does.
    if (process.platform !== 'win32') flush(folder, 'r');
    return { file, sizeBytes: statSync(file).size, ...counts };
  } catch (error) {
    if (error instanceof DatabaseRefused) throw error;
    throw new DatabaseRefused(
      `The backup was not made: ${error instanceof Error ? error.message : String(error)}.`,
    );
  } finally {
    if (existsSync(part)) unlinkSync(part);
  }
}

async function copyInto(path: string, part: string): Promise<void> {
  rmSync(part, { force: true });
  // It holds hashes of passwords and sealed secrets. SQLite takes an empty file as it finds it.
  closeSync(openSync(part, 'wx', 0o600));
  const engine = openFileToLook(path);
  try {
    engine.raw.prepare('VACUUM INTO ?').run(part);
  } finally {
    await engine.close();
  }
  flush(part, 'r+');
}

async function check(part: string): Promise<Omit<BackupResult, 'file' | 'sizeBytes'>> {
  const { raw } = connectSqlite(part, true);
  try {
    const [found] = raw.prepare('PRAGMA integrity_check').all() as { integrity_check: string }[];
    if (found?.integrity_check !== 'ok')
      throw new DatabaseRefused(`The copy is damaged (${found?.integrity_check}): is the database itself?`);
    const tables = new Set(
      (raw.prepare(`select name from sqlite_master where type = 'table'`).all() as { name: string }[]).map(
        ({ name }) => name,
      ),
    );
    const count = (table: string) =>
      tables.has(table)
        ? Number(
            (raw.prepare(`select count(*) as rows from ${table}`).get() as { rows: number | bigint }).rows,
          )
        : 0;
    return {
      auditEvents: count('registry_audit_events'),
      registeredModels: count('registered_models'),
      modelVersions: count('model_versions'),
    };
  } finally {
    raw.close();
  }
}

function flush(path: string, mode: 'r' | 'r+'): void {
  const handle = openSync(path, mode);
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
