import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openPostgres } from '../../src/store/dialect.postgres.ts';
import { readFacts } from '../../src/store/schema/facts.ts';
import { prepareDatabase } from '../../src/store/schema/open.ts';
import { CREATED_REVISION } from '../../src/store/schema/revisions.ts';
import { createEmptyPostgresDatabase } from '../support/postgres.ts';

const NOW_MS = 1_790_000_000_000;

test('servers that start together on an empty PostgreSQL database all come up', async () => {
  const database = await createEmptyPostgresDatabase();
  const engines = [1, 2, 3].map(() => openPostgres(database.url));
  const log = { info: () => undefined, warn: () => undefined };
  const all = await Promise.all(engines.map((engine) => prepareDatabase(engine, { nowMs: NOW_MS, log })));
  expect(all.map((each) => each.revision)).toEqual(Array(3).fill(CREATED_REVISION));
  await Promise.all(engines.map((engine) => engine.close()));
  await database.drop();
});

test('servers that start together on an absent SQLite file all come up', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'registry-schema-'));
  const at = (path: string) => JSON.stringify(new URL(`../../src/store/${path}`, import.meta.url).href);
  const program = `
    import { openSqlite } from ${at('dialect.sqlite.ts')};
    import { prepareDatabase } from ${at('schema/open.ts')};
    const engine = openSqlite(${JSON.stringify(join(folder, 'registry.db'))});
    const log = { info: () => undefined, warn: () => undefined };
    console.log((await prepareDatabase(engine, { nowMs: 1, log })).revision);
    await engine.close();`;
  // Processes of their own: within one, SQLite's wait for a lock would also stop the holder of the lock.
  const all = await Promise.all(
    [1, 2, 3].map(() => promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program])),
  );
  expect(all.map((each) => each.stdout.trim())).toEqual(Array(3).fill(CREATED_REVISION));
  await rm(folder, { recursive: true, force: true });
});

test('on PostgreSQL the registry lives in the schema that the search path names', async () => {
  const database = await createEmptyPostgresDatabase();
  const outside = openPostgres(database.url);
  await sql`CREATE TABLE hens (id integer)`.execute(outside.db);
  await sql`CREATE SCHEMA farm`.execute(outside.db);
  const engine = openPostgres(`${database.url}?options=-c%20search_path%3Dfarm`);
  const log = { info: () => undefined, warn: () => undefined };
  await prepareDatabase(engine, { nowMs: NOW_MS, log });
  expect((await readFacts(engine.db, 'postgres')).tables.size).toBeGreaterThan(65);
  expect([...(await readFacts(outside.db, 'postgres')).tables.keys()]).toEqual(['hens']);
  await engine.close();
  await outside.close();
  await database.drop();
});
