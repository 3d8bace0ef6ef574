import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openPostgres } from '../../src/store/dialect.postgres.ts';
import { openSqlite } from '../../src/store/dialect.sqlite.ts';
import { prepareDatabase } from '../../src/store/schema/open.ts';
import { createStore } from '../../src/store/store.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { createPostgresDatabase } from '../support/postgres.ts';
import { scrape } from '../support/scrape.ts';
import type { StoreTarget } from '../support/store-targets.ts';
import { type CuttableProxy, cuttableProxy } from './cuttable-proxy.ts';
import { until } from './server-process.ts';

const PATIENCE = { connectMs: 1_500, statementMs: 1_000 };
const BOTH_WIRES = ['/api/2.0/mlflow/registered-models/get?name=m', '/api/v1/models'];
const rejections: unknown[] = [];
process.on('unhandledRejection', (error) => rejections.push(error));

async function onPostgres(): Promise<{ server: TestApp; proxy: CuttableProxy }> {
  const database = await createPostgresDatabase();
  const url = new URL(database.url);
  const proxy = await cuttableProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(proxy.port);
  const engine = openPostgres(url.href, PATIENCE);
  const target: StoreTarget = {
    name: 'PostgreSQL behind a proxy',
    async open() {
      const store = createStore(engine);
      const close = async () => {
        await store.close();
        await proxy[Symbol.asyncDispose]();
        await database.drop();
      };
      return { store, engine, close };
    },
  };
  const server = await testApp({ target });
  onTestFinished(() => server.close());
  await until(async () => (await server.app.inject({ url: '/ready' })).statusCode === 200);
  expect((await create(server, 'm')).statusCode).toBe(200);
  return { server, proxy };
}

const create = (server: TestApp, name: string) =>
  server.app.inject({
    method: 'POST',
    url: '/api/2.0/mlflow/registered-models/create',
    payload: { name },
  });

async function expectUnavailable(server: TestApp): Promise<void> {
  const startedAt = performance.now();
  const answers = await Promise.all([
    ...BOTH_WIRES.map((url) => server.app.inject({ url })),
    create(server, 'n'),
    ...Array.from({ length: 40 }, () => server.app.inject({ url: BOTH_WIRES[0] ?? '' })),
  ]);
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  for (const { statusCode, headers, body } of answers) {
    expect([statusCode, headers['retry-after'], body]).toEqual([
      503,
      '10',
      expect.stringContaining('database'),
    ]);
    expect(body).not.toMatch(/127\.0\.0\.1|ECONN|sqlite|select/i);
  }
  expect(answers[0]?.json()).toMatchObject({ error_code: 'TEMPORARILY_UNAVAILABLE' });
  expect(answers[1]?.json()).toMatchObject({ code: 'unavailable' });
  const ready = await server.app.inject({ url: '/ready' });
  expect([ready.statusCode, ready.json().checks.database.ok]).toEqual([503, false]);
  expect((await server.app.inject({ url: '/health' })).statusCode).toBe(200);
  const scrapedAt = performance.now();
  const { series } = await scrape(server);
  expect(performance.now() - scrapedAt).toBeLessThan(2_000);
  expect(series.get('registry_database_up')).toBe(0);
  expect(series.has('registry_seals_pending')).toBe(false);
  expect(series.get('registry_database_connections_limit{pool="units"}')).toBeGreaterThan(1);
}

async function expectBack(server: TestApp): Promise<void> {
  await until(async () => (await server.app.inject({ url: '/ready' })).statusCode === 200);
  for (const url of BOTH_WIRES) expect((await server.app.inject({ url })).statusCode).toBe(200);
  expect((await create(server, 'again')).statusCode).toBe(200);
  server.clock.advance(5_000);
  expect((await scrape(server)).series.get('registry_database_up')).toBe(1);
  expect(rejections).toEqual([]);
}

describe('a PostgreSQL', () => {
  test('that is stopped is a 503 in bounded time on both wires, and used again when it is back', async () => {
    const { server, proxy } = await onPostgres();
    await proxy.cut();
    await expectUnavailable(server);
    await proxy.restore();
    await expectBack(server);
  });

  test('that is frozen is a 503 in bounded time on both wires, and used again when it is back', async () => {
    const { server, proxy } = await onPostgres();
    proxy.freeze();
    await expectUnavailable(server);
    await proxy.restore();
    await expectBack(server);
  });

  test('that goes away with the answer to a commit makes the outcome unknown, and says so', async () => {
    const { server, proxy } = await onPostgres();
    // The tag by which PostgreSQL says that it has committed.
    proxy.cutInPlaceOf('COMMIT');
    const lost = await create(server, 'perhaps');
    expect([lost.statusCode, lost.json().message]).toEqual([
      503,
      expect.stringContaining('look whether it was made'),
    ]);
    await proxy.restore();
    await expectBack(server);
    // It was made here; a second attempt says that, in place of making another.
    expect((await create(server, 'perhaps')).json()).toMatchObject({ error_code: 'RESOURCE_ALREADY_EXISTS' });
  });

  test('without room on its disk is a full storage, which nobody tries again', async () => {
    const { server } = await onPostgres();
    const full = sql`do $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$`;
    const failed = server.deps.store.read(() => full.execute(server.database.engine.db));
    await expect(failed).rejects.toMatchObject({ code: 'storage_full' });
  });

  test('whose rows are locked for long ends the wait with a 503, and nothing is changed', async () => {
    const { server } = await onPostgres();
    const { engine } = server.database;
    await engine.transaction(async (db) => {
      await db
        .updateTable('registered_models')
        .set({ description: 'held' })
        .where('name', '=', 'm')
        .execute();
      const waited = await server.app.inject({
        method: 'POST',
        url: '/api/2.0/mlflow/model-versions/create',
        payload: { name: 'm', source: 's3://b/x' },
      });
      expect(waited.statusCode).toBe(503);
    });
    const versions = await engine.db.selectFrom('model_versions').selectAll().execute();
    expect(versions).toEqual([]);
    await expectBack(server);
  });
});

test('a SQLite file that another program has locked is waited for a while, then a 503, while reads go on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'registry-locked-'));
  const path = join(folder, 'mlflow.db');
  const engine = openSqlite(path);
  await prepareDatabase(engine, { nowMs: 0, log: { info: () => undefined, warn: () => undefined } });
  const store = createStore(engine);
  const close = async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  };
  const server = await testApp({ target: { name: 'file', open: async () => ({ store, engine, close }) } });
  onTestFinished(() => server.close());
  await create(server, 'm');
  const other = new DatabaseSync(path);
  other.exec('BEGIN EXCLUSIVE');
  const startedAt = performance.now();
  const refused = Promise.all([create(server, 'n'), create(server, 'o'), create(server, 'p')]);
  for (const url of BOTH_WIRES) expect((await server.app.inject({ url })).statusCode).toBe(200);
  expect((await server.app.inject({ url: '/health' })).statusCode).toBe(200);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  for (const answer of await refused)
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '10']);
  expect(performance.now() - startedAt).toBeLessThan(8_000);
  const patient = create(server, 'n');
  other.exec('COMMIT');
  other.close();
  expect((await patient).statusCode).toBe(200);
});

test('an artifact folder that is away is a 503 that names the check, and is used again when it is back', async () => {
  const server = await testApp();
  onTestFinished(() => server.close());
  const artifacts = '/api/2.0/mlflow-artifacts/artifacts';
  const url = `${artifacts}/0/x`;
  const put = () => server.app.inject({ method: 'PUT', url, payload: Buffer.from('mine') });
  expect((await put()).statusCode).toBe(200);
  renameSync(server.root, `${server.root}.away`);
  for (const answer of [
    await server.app.inject({ url }),
    await put(),
    await server.app.inject({ method: 'DELETE', url }),
    await server.app.inject({ url: `${artifacts}?path=0` }),
  ])
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '10']);
  const ready = await server.app.inject({ url: '/ready' });
  expect([ready.statusCode, ready.json().checks]).toMatchObject([
    503,
    { database: { ok: true }, artifacts: { ok: false } },
  ]);
  renameSync(`${server.root}.away`, server.root);
  expect((await server.app.inject({ url: '/ready' })).statusCode).toBe(200);
  expect((await server.app.inject({ url })).body).toBe('mine');
});
