import { readdirSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { expect, test } from 'vitest';
import { createEmptyPostgresDatabase } from '../support/postgres.ts';
import { type ServerData, type ServerProcess, serverData, startServer } from './server-process.ts';

/*
 * A version is purged by a server that is killed at one step after another: until it is deleted its files are all there,
 * and whoever comes last finishes.
 */

const settings = { RETENTION_PURGE: 'true', RETENTION_GRACE_HOURS: '1', RETENTION_MAX_SHARE: '1' };
const LONG_AGO = Date.parse('2020-01-02T03:04:05Z');

// biome-ignore lint/suspicious/noExplicitAny: an answer is what the assertions make of it.
async function call(server: ServerProcess, method: string, path: string, body?: object): Promise<any> {
  const answer = await fetch(`${server.origin}/api/${path}`, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  return { status: answer.status, ...((await answer.json()) as object) };
}

/** While no server runs. */
async function run(data: ServerData, ...statements: string[]): Promise<void> {
  if (data.databaseUrl.startsWith('sqlite:')) {
    const database = new DatabaseSync(data.databaseUrl.replace('sqlite:///', ''));
    for (const statement of statements) database.exec(statement);
    database.close();
    return;
  }
  const client = new pg.Client({ connectionString: data.databaseUrl });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

const filesOf = (data: ServerData) =>
  readdirSync(data.artifactRoot, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();

/** A version with files, archived long ago. */
async function prepare(data: ServerData): Promise<void> {
  await using server = await startServer(data, { settings });
  await call(server, 'POST', 'v1/models/register', { model_name: 'm', model_type: 'custom' });
  for (const name of ['a', 'b', 'c', 'd'])
    await fetch(`${server.origin}/api/v1/models/m/versions/1/files/${name}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream' },
      body: name,
    });
  await call(server, 'POST', 'v1/models/m/versions/1/seal');
  await call(server, 'POST', 'v1/models/transition', { model_name: 'm', version: 1, new_stage: 'archived' });
}

async function mark(data: ServerData): Promise<void> {
  await using server = await startServer(data, { settings });
  const { plan } = await call(server, 'POST', 'v1/retention/plans');
  const applied = await call(server, 'POST', `v1/retention/plans/${plan.id}/apply`, { digest: plan.digest });
  expect(applied.plan).toMatchObject({ done: 1, left_out: 0 });
}

/** The server purges by itself as soon as it runs, and is killed there. */
async function killAt(data: ServerData, failpoint: string): Promise<void> {
  await using server = await startServer(data, { settings, failpoint });
  expect([failpoint, (await server.gone).signal]).toEqual([failpoint, 'SIGKILL']);
}

const TARGETS = [
  { name: 'SQLite', makeData: async () => serverData() },
  { name: 'PostgreSQL', makeData: async () => serverData(await createEmptyPostgresDatabase()) },
];

test.each(TARGETS)(
  'a server on $name that is killed while it purges loses nothing before, and leaves nothing after',
  async ({ makeData }) => {
    await using data = await makeData();
    await prepare(data);
    await run(
      data,
      `update registry_versions set created_at_ms = ${LONG_AGO}`,
      `update registry_slot_intervals set from_ms = ${LONG_AGO}, to_ms = case when to_ms is null then null else ${LONG_AGO} end`,
    );
    await mark(data);
    await run(data, `update registry_purges set due_at_ms = ${LONG_AGO}`);
    for (const step of ['slots.leaveAll', 'modelVersions.markDeleted', 'purges.begin']) {
      await killAt(data, `write: ${step}`);
      expect([step, filesOf(data)]).toEqual([step, ['a', 'b', 'c', 'd']]);
    }
    await killAt(data, 'remove files: begin');
    expect(filesOf(data)).toEqual(['a', 'b', 'c', 'd']);
    await killAt(data, 'remove files: half');
    expect(filesOf(data)).toEqual(['c', 'd']);
    for (const step of ['remove files: done', 'write: purges.end']) await killAt(data, step);
    expect(filesOf(data)).toEqual([]);

    await using server = await startServer(data, { settings });
    const gone = await call(server, 'GET', 'v1/models/m/versions/1');
    expect(gone).toMatchObject({ status: 410, code: 'version_purged', tombstone: { version: 1 } });
    await expect
      .poll(async () =>
        (await call(server, 'GET', 'v1/audit/events')).events.map(({ action }: { action: string }) => action),
      )
      .toContain('model_version.purge');
    const { events } = await call(server, 'GET', 'v1/audit/events');
    const actions = events.map(({ action }: { action: string }) => action);
    for (const action of ['model_version.purge_mark', 'model_version.purge'])
      expect(actions.filter((one: string) => one === action)).toHaveLength(1);
  },
  240_000,
);
