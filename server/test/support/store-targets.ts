import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../../src/operations/ports.ts';
import { openPostgres } from '../../src/store/dialect.postgres.ts';
import { openSqlite } from '../../src/store/dialect.sqlite.ts';
import type { Engine } from '../../src/store/dialect.ts';
import { prepareDatabase } from '../../src/store/schema/open.ts';
import { createStore } from '../../src/store/store.ts';
import { createPostgresDatabase } from './postgres.ts';

/** An engine that a suite runs on; `open` gives a fresh, prepared database that goes away with `close`. */
export interface StoreTarget {
  readonly name: string;
  open(): Promise<OpenStore>;
}

export interface OpenStore {
  readonly store: Store;
  readonly engine: Engine;
  close(): Promise<void>;
}

const QUIET = { info: () => undefined, warn: () => undefined };

async function opened(engine: Engine, cleanUp: () => Promise<void> | void): Promise<OpenStore> {
  await prepareDatabase(engine, { nowMs: 0, log: QUIET });
  const store = createStore(engine, { databaseClock: () => null });
  return {
    store,
    engine,
    async close() {
      await store.close();
      await cleanUp();
    },
  };
}

/** SQLite in memory, SQLite file, PostgreSQL. */
export const storeTargets: readonly StoreTarget[] = [
  { name: 'SQLite in memory', open: () => opened(openSqlite(':memory:'), () => undefined) },
  {
    name: 'SQLite file',
    async open() {
      const folder = mkdtempSync(join(tmpdir(), 'registry-store-'));
      return opened(openSqlite(join(folder, 'mlflow.db')), () => rmSync(folder, { recursive: true }));
    },
  },
  {
    name: 'PostgreSQL',
    async open() {
      const database = await createPostgresDatabase();
      return opened(openPostgres(database.url), () => database.drop());
    },
  },
];
