import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from '../config/config.ts';
import { hostClock } from '../host/clock.ts';
import type { DatabaseInspector } from '../operations/ports/database.ts';
import { openSqlite } from '../store/dialect.sqlite.ts';
import type { Engine, OnStatement } from '../store/dialect.ts';
import { DatabaseRefused } from '../store/schema/database-refused.ts';
import { createInspector } from '../store/schema/inspector.ts';
import { type PrepareOptions, prepareDatabase } from '../store/schema/open.ts';
import { type BackupResult, backupSqlite } from '../store/schema/sqlite-backup.ts';
import { openFileToLook, refuseUnusableFile } from '../store/schema/sqlite-file.ts';

interface DatabaseOptions {
  readonly log: PrepareOptions['log'];
  readonly onStatement?: OnStatement;
}

/** The driver of PostgreSQL is loaded only where it is used: it costs a part of the start. */
export async function openPreparedDatabase(config: Config, options: DatabaseOptions): Promise<Engine> {
  const { log, onStatement } = options;
  const { database } = config;
  const uri = databaseUri(config);
  const prepare = (engine: Engine) => prepareDatabase(engine, { nowMs: hostClock.now(), log, uri });
  if (database.kind === 'postgres') {
    const { openPostgres, PATIENCE } = await import('../store/dialect.postgres.ts');
    // An index on a large table takes longer than any request may.
    const preparing = openPostgres(database.url, { ...PATIENCE, statementMs: null });
    await prepare(preparing).finally(() => preparing.close());
    return openPostgres(database.url, PATIENCE, onStatement);
  }
  await refuseUnusableFile(database.path);
  if (database.path !== ':memory:') mkdirSync(dirname(database.path), { recursive: true });
  const engine = openSqlite(database.path, onStatement);
  try {
    await prepare(engine);
  } catch (error) {
    await engine.close();
    throw error;
  }
  return engine;
}

/** Looks at the database of the config without writing. @throws DatabaseRefused when it cannot be read. */
export async function inspectDatabaseOf(config: Config): Promise<DatabaseInspector> {
  const { database } = config;
  const uri = databaseUri(config);
  if (database.kind === 'sqlite') {
    const exists = database.path !== ':memory:' && existsSync(database.path);
    return createInspector({ engine: exists ? openFileToLook(database.path) : null, uri });
  }
  const { openPostgresReadOnly } = await import('../store/postgres-read-only.ts');
  return createInspector({ engine: openPostgresReadOnly(database.url), uri });
}

/**
 * Copies the database of the config into a file, while servers may run on it.
 * @throws DatabaseRefused for PostgreSQL, which has its own tool, and when the copy cannot be made.
 */
export async function backupDatabaseOf({ database }: Config, file: string): Promise<BackupResult> {
  if (database.kind === 'sqlite') return backupSqlite(database.path, file);
  throw new DatabaseRefused(
    `The settings name PostgreSQL, which has a tool of its own: pg_dump --format=custom --file=${file} "$MLFLOW_TRACKING_URI" (docs/operations.md).`,
  );
}

function databaseUri({ database }: Config): string {
  return database.kind === 'postgres' ? database.url : `sqlite:///${database.path}`;
}
