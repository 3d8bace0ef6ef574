import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from '../config/config.ts';
import { hostClock } from '../host/clock.ts';
import type { DatabaseInspector } from '../operations/ports/database.ts';
import { openSqlite } from '../store/dialect.sqlite.ts';
import type { Engine, OnStatement } from '../store/dialect.ts';
import { createInspector } from '../store/schema/inspector.ts';
import { type PrepareOptions, prepareDatabase } from '../store/schema/open.ts';
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

function databaseUri({ database }: Config): string {
  return database.kind === 'postgres' ? database.url : `sqlite:///${database.path}`;
}
