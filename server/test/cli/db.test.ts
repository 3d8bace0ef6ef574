import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DatabaseCheck, DatabaseInfo } from '../../src/operations/ports/database.ts';
import { openPostgres } from '../../src/store/dialect.postgres.ts';
import { openSqlite } from '../../src/store/dialect.sqlite.ts';
import { readFacts } from '../../src/store/schema/facts.ts';
import { createMlflowTables } from '../../src/store/schema/mlflow-ddl.ts';
import { prepareDatabase } from '../../src/store/schema/open.ts';
import { createEmptyPostgresDatabase } from '../support/postgres.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/farmiq-registry.mjs', import.meta.url));
const TABLES = new URL('../../src/store/schema/mlflow.sqlite.sql', import.meta.url);
const QUIET = { info: () => undefined, warn: () => undefined };

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'registry-cli-'));
  file = join(folder, 'mlflow.db');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function run(args: readonly string[], uri = `sqlite:///${file}`, more: Record<string, string> = {}) {
  const environment = { MLFLOW_TRACKING_URI: uri, MLFLOW_ARTIFACT_ROOT: join(folder, 'artifacts'), ...more };
  const result = spawnSync(process.execPath, [PROGRAM, ...args], {
    cwd: folder,
    env: environment,
    encoding: 'utf8',
    timeout: 25_000,
  });
  return { code: result.status, out: result.stdout, err: result.stderr };
}

const check = (uri?: string) => {
  const { code, out } = run(['db', 'check', '--json'], uri);
  return { code, ...(JSON.parse(out) as DatabaseCheck) };
};

/** An MLflow database as MLflow leaves it: no journal mode of ours, nothing of ours in it. */
function makeMlflow(...statements: string[]): void {
  const database = new DatabaseSync(file);
  database.exec(readFileSync(TABLES, 'utf8'));
  database.exec(`INSERT INTO alembic_version VALUES ('dc11669786a5')`);
  database.exec(`INSERT INTO workspaces (name) VALUES ('default')`);
  for (const statement of statements) database.exec(statement);
  database.close();
}

/** Every file of the folder with the hash of its content. */
function contents(): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true });
  return Object.fromEntries(
    names
      .filter((entry) => entry.isFile())
      .map(({ name }) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex'),
      ]),
  );
}

const VERSIONS = `INSERT INTO registered_models (name, creation_time) VALUES ('m', 7), ('n', 8);
  INSERT INTO model_versions (name, version, current_stage) VALUES ('m', 1, 'Production'), ('m', 2, 'None')`;

describe('what cannot be served is refused in one sentence and stays byte for byte', () => {
  const cases: [string, () => void, string][] = [
    [
      'a database of MLflow 3.9',
      () =>
        makeMlflow(
          'DROP INDEX idx_experiments_workspace',
          'DROP INDEX idx_experiments_workspace_creation_time',
          'ALTER TABLE experiments RENAME COLUMN workspace TO room',
          `UPDATE alembic_version SET version_num = 'd3e4f5a6b7c8'`,
        ),
      'older than 3.10 (revision d3e4f5a6b7c8 of MLflow 3.9): take a backup, run `mlflow db upgrade sqlite:///',
    ],
    [
      'a database without a revision',
      () => makeMlflow('DELETE FROM alembic_version'),
      'alembic_version is empty',
    ],
    [
      'an upgrade that stopped half-way',
      () => makeMlflow('DROP TABLE inputs'),
      'half upgraded (no table inputs)',
    ],
    [
      'a column of another kind in a newer MLflow',
      () =>
        makeMlflow(
          'DROP TABLE latest_metrics',
          `CREATE TABLE latest_metrics (key VARCHAR(250), value TEXT, timestamp BIGINT, step BIGINT NOT NULL,
            is_nan BOOLEAN NOT NULL, run_uuid VARCHAR(32) NOT NULL, PRIMARY KEY (key, run_uuid))`,
          `UPDATE alembic_version SET version_num = 'f00dfeed0001'`,
        ),
      'latest_metrics.value is of kind text and not real',
    ],
    [
      'tables of another program with the same names',
      () => {
        const database = new DatabaseSync(file);
        for (const name of ['alembic_version', 'experiments', 'runs'])
          database.exec(`CREATE TABLE ${name} (id INTEGER)`);
        database.close();
      },
      'This is not an MLflow database',
    ],
    [
      'a file that is no database',
      () => writeFileSync(file, 'hens\n'.repeat(500)),
      'is not a SQLite database',
    ],
    ['a folder', () => mkdirSync(file), 'is not a file'],
  ];

  test.each(cases)('%s', (_name, make, sentence) => {
    make();
    const before = contents();
    for (const command of [['serve'], ['db', 'check']]) {
      const { code, out, err } = run(command, undefined, { PORT: '0' });
      expect(code).toBe(1);
      expect(out + err).toContain(sentence);
      if (command[0] === 'serve') expect(err.trim().split('\n')).toHaveLength(1);
      expect(contents()).toEqual(before);
    }
  });
});

test('db check says what the first start would do, writes nothing, and exits with 0', () => {
  makeMlflow(VERSIONS);
  const before = contents();
  const found = check();
  expect(found).toMatchObject({
    code: 0,
    usable: true,
    reason: null,
    engine: 'sqlite',
    state: 'mlflow',
    revision: 'dc11669786a5',
    release: '3.17',
    misfits: [],
    waiting: { models: 2, versions: 2 },
  });
  expect(found.toCreate.migrations[0]).toBe('1 registry');
  expect(found.toCreate).toMatchObject({ mlflowTables: false, defaultExperiment: true });
  expect(found.toCreate.indexes).toContain('registry_model_versions_stage');
  expect(run(['db', 'check']).out).toMatch(/^to adopt {3}2 models, 2 versions$/m);
  expect(contents()).toEqual(before);
});

test('db check of a file that is not there makes none, and says that the first start will', () => {
  expect(check()).toMatchObject({ code: 0, usable: true, state: 'absent', toCreate: { mlflowTables: true } });
  expect(contents()).toEqual({});
});

test('db check and db info work beside a running server, and leave nothing behind after it', async () => {
  makeMlflow(VERSIONS);
  const engine = openSqlite(file);
  await prepareDatabase(engine, { nowMs: 1, log: QUIET });
  expect(check()).toMatchObject({
    code: 0,
    toCreate: { mlflowTables: false, defaultExperiment: false, migrations: [], indexes: [] },
    waiting: { models: 2, versions: 2, stages: 0 },
  });
  await engine.close();
  const before = contents();
  expect(Object.keys(before)).toEqual(['mlflow.db']);
  expect(check().usable).toBe(true);
  expect(contents()).toEqual(before);
});

test('db check refuses a database that a newer release used', async () => {
  const engine = openSqlite(file);
  await prepareDatabase(engine, { nowMs: 1, log: QUIET });
  await engine.transaction((db) =>
    sql`insert into registry_migrations values (999, 'tomorrow', 1, null)`.execute(db),
  );
  await engine.close();
  expect(check()).toMatchObject({ code: 1, usable: false, reason: expect.stringContaining('999 tomorrow') });
});

test('db info counts the tables that the registry works with', () => {
  makeMlflow(VERSIONS);
  const { code, out } = run(['db', 'info', '--json']);
  const info = JSON.parse(out) as DatabaseInfo;
  expect(code).toBe(0);
  expect(info).toMatchObject({ revision: 'dc11669786a5', release: '3.17', migration: null });
  expect(info.sizeBytes).toBeGreaterThan(100_000);
  expect(info.tables).toContainEqual({ name: 'model_versions', rows: 2, sizeBytes: null });
  expect(run(['db', 'info']).out).toMatch(/^ {2}registered_models +2 rows$/m);
});

test('a wrong setting is one line, for these commands too', () => {
  const { code, err } = run(['db', 'info'], undefined, { PORT: 'x' });
  expect([code, err.trim().split('\n').length]).toEqual([1, 1]);
  expect(err).toContain('PORT=x');
});

describe('on PostgreSQL', () => {
  test('db check and a refusal leave the database as it is', async () => {
    const database = await createEmptyPostgresDatabase();
    const engine = openPostgres(database.url);
    try {
      expect(check(database.url)).toMatchObject({
        code: 0,
        state: 'empty',
        toCreate: { mlflowTables: true },
      });
      await engine.transaction((db) => createMlflowTables(db, 'postgres', 5));
      const names = async () => [...(await readFacts(engine.db, 'postgres')).tables.keys()];
      const before = await names();
      expect(check(database.url)).toMatchObject({
        code: 0,
        usable: true,
        release: '3.17',
        engine: 'postgres',
      });
      const info = JSON.parse(run(['db', 'info', '--json'], database.url).out) as DatabaseInfo;
      expect(info.tables.find(({ name }) => name === 'experiments')?.sizeBytes).toBeGreaterThan(0);
      await engine.transaction((db) => sql`delete from alembic_version`.execute(db));
      const refused = run(['serve'], database.url, { PORT: '0' });
      expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('alembic_version is empty')]);
      expect(await names()).toEqual(before);
    } finally {
      await engine.close();
      await database.drop();
    }
  });

  test('a server that is away is one line without the password', () => {
    for (const command of [['serve'], ['db', 'check']]) {
      const { code, err } = run(command, 'postgresql://farm:geheim@127.0.0.1:1/registry', { PORT: '0' });
      expect([code, err.trim().split('\n').length]).toEqual([1, 1]);
      expect(err).toMatch(/postgresql:\/\/farm@127\.0\.0\.1:1\/registry cannot be opened: .*ECONNREFUSED/);
    }
  });
});
