import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEmptyPostgresDatabase } from '../support/postgres.ts';
import {
  REPOSITORY,
  type ServerData,
  type ServerProcess,
  serverData,
  startServer,
  until,
} from './server-process.ts';

/* Two processes on one PostgreSQL and one key; one of them is killed again and again. */

let data: ServerData;
let folder: string;
let settings: Record<string, string>;
let servers: [ServerProcess, ServerProcess];

beforeAll(async () => {
  data = serverData(await createEmptyPostgresDatabase());
  folder = mkdtempSync(join(tmpdir(), 'registry-audit-'));
  settings = {
    REGISTRY_AUDIT_KEY_FILE: join(folder, 'audit.key'),
    REGISTRY_AUDIT_CHECKPOINT_SINK: join(folder, 'sink'),
  };
  servers = await Promise.all([startServer(data, { settings }), startServer(data, { settings })]);
});
afterAll(async () => {
  for (const server of servers) await server[Symbol.asyncDispose]();
  await data[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** Creates models until told to stop, or until the server is gone; answers the names that were acknowledged. */
async function createModels(origin: string, prefix: string, isOver: () => boolean): Promise<string[]> {
  const names: string[] = [];
  for (let n = 0; !isOver(); n += 1) {
    const name = `${prefix}-${n}`;
    const answer = await fetch(`${origin}/api/2.0/mlflow/registered-models/create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name }),
    }).catch(() => null);
    if (answer === null) break;
    expect(answer.status).toBe(200);
    names.push(name);
  }
  return names;
}

interface Line {
  readonly seq: number | null;
  readonly action: string;
  readonly object: { readonly name: string };
}

async function eventsOf(origin: string): Promise<Line[]> {
  const events: Line[] = [];
  for (let token = ''; ; ) {
    const answer = await fetch(`${origin}/api/v1/audit/events?limit=1000${token && `&page_token=${token}`}`);
    const page = (await answer.json()) as { events: Line[]; next_page_token?: string };
    events.push(...page.events);
    if (page.next_page_token === undefined) return events;
    token = page.next_page_token;
  }
}

test('however often a server is killed, each change has one event, places have no gaps, and the log verifies', async () => {
  const acknowledged: string[] = [];
  for (let round = 0; round < 5; round += 1) {
    const [steady, doomed] = servers;
    let isOver = false;
    const lanes = [
      ...[0, 1].map((lane) => createModels(doomed.origin, `doomed-${round}-${lane}`, () => false)),
      createModels(steady.origin, `steady-${round}`, () => isOver),
    ];
    await until(async () => (await eventsOf(steady.origin)).length > (round + 1) * 30);
    process.kill(doomed.child.pid ?? 0, 'SIGKILL');
    await doomed.gone;
    isOver = true;
    acknowledged.push(...(await Promise.all(lanes)).flat());
    // What the dead left behind gets its place although the one that is left has nothing to say.
    await until(async () => (await eventsOf(steady.origin)).every(({ seq }) => seq !== null));
    servers = [await startServer(data, { settings }), steady];
  }
  const [newest, other] = servers;
  const events = await eventsOf(newest.origin);
  expect(events.map(({ seq }) => Number(seq)).sort((a, b) => a - b)).toEqual(events.map((_, seq) => seq));
  const created = events
    .filter(({ action }) => action === 'registered_model.create')
    .map(({ object }) => object.name);
  expect(new Set(created).size).toBe(created.length);
  expect(acknowledged.filter((name) => !created.includes(name))).toEqual([]);
  for (const server of [newest, other]) {
    server.child.kill('SIGTERM');
    await server.gone;
  }
  const verified = spawnSync(
    process.execPath,
    ['server/bin/farmiq-registry.mjs', 'audit', 'verify', '--json'],
    {
      cwd: REPOSITORY,
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        MLFLOW_TRACKING_URI: data.databaseUrl,
        MLFLOW_ARTIFACT_ROOT: data.artifactRoot,
        ...settings,
      },
    },
  );
  expect(JSON.parse(verified.stdout)).toMatchObject({ kind: 'verified', size: events.length, unproved: 0 });
  expect(verified.status).toBe(0);
}, 120_000);
