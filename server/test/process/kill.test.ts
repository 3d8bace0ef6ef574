import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openPostgres } from '../../src/store/dialect.postgres.ts';
import { openSqlite } from '../../src/store/dialect.sqlite.ts';
import { createEmptyPostgresDatabase } from '../support/postgres.ts';
import { type ServerData, type ServerProcess, serverData, startServer, until } from './server-process.ts';

/*
 * One server after the other on the same data, each killed at another step of a change. What was acknowledged before is
 * the oracle of what must be there after.
 */

const MODEL = 'layer-count';
const UPLOAD_STEPS = [
  'stage: begin',
  'stage: body',
  'stage: synced',
  'publish: begin',
  'publish: renamed',
  'write: before commit',
  'write: committed',
];
const VERSION_STEPS = [
  'write: statement 4',
  'write: statement 9',
  'write: before commit',
  'write: committed',
];
const BATCH_STEPS = ['write: statement 3', 'write: before commit', 'write: committed'];

// What happens to files is the same with every database.
const TARGETS = [
  {
    name: 'SQLite',
    makeData: async () => serverData(),
    uploads: UPLOAD_STEPS,
    versions: VERSION_STEPS,
    batches: BATCH_STEPS,
  },
  {
    name: 'PostgreSQL',
    makeData: async () => serverData(await createEmptyPostgresDatabase()),
    uploads: ['publish: renamed', 'write: committed'],
    versions: ['write: statement 9', 'write: before commit'],
    batches: ['write: before commit'],
  },
];

/** What clients know. Attempts that were not answered may have taken effect, whole or not at all. */
interface Oracle {
  readonly files: Map<string, string>;
  readonly attempted: Set<string>;
  readonly versions: Set<number>;
  runId: string;
}

const sha256 = (body: string) => createHash('sha256').update(body).digest('hex');
const bodyOf = (n: number) => String.fromCharCode(97 + n).repeat(300_000 + n);

async function post(server: ServerProcess, path: string, body: object) {
  const answer = await fetch(`${server.origin}/api/2.0/mlflow/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  return { status: answer.status, json: (await answer.json()) as Record<string, never> };
}

async function createRun(server: ServerProcess): Promise<string> {
  const { json } = await post(server, 'runs/create', { experiment_id: '0' });
  return (json as unknown as { run: { info: { run_id: string } } }).run.info.run_id;
}

const artifact = (server: ServerProcess, path: string) =>
  `${server.origin}/api/2.0/mlflow-artifacts/artifacts/${path}`;

async function upload(server: ServerProcess, oracle: Oracle, n: number): Promise<void> {
  // One path that every upload replaces, so that old and new bytes could mix.
  oracle.attempted.add(sha256(bodyOf(n)));
  const answer = await fetch(artifact(server, '0/shared/model.bin'), { method: 'PUT', body: bodyOf(n) });
  expect(answer.status).toBe(200);
  oracle.files.set('0/shared/model.bin', sha256(bodyOf(n)));
  oracle.attempted.clear();
}

async function createVersion(server: ServerProcess, oracle: Oracle): Promise<void> {
  const { status, json } = await post(server, 'model-versions/create', {
    name: MODEL,
    source: `mlflow-artifacts:/0/${oracle.runId}/artifacts`,
    run_id: oracle.runId,
  });
  expect(status).toBe(200);
  const version = Number((json as unknown as { model_version: { version: string } }).model_version.version);
  expect(version).toBeGreaterThan(Math.max(0, ...oracle.versions));
  oracle.versions.add(version);
}

async function logBatch(server: ServerProcess, oracle: Oracle, n: number): Promise<void> {
  const { status } = await post(server, 'runs/log-batch', {
    run_id: oracle.runId,
    metrics: [{ key: `m${n}`, value: n, timestamp: n, step: 0 }],
    params: [{ key: `p${n}`, value: 'x' }],
    tags: [{ key: `t${n}`, value: 'x' }],
  });
  expect(status).toBe(200);
}

async function begin(data: ServerData): Promise<Oracle> {
  await using server = await startServer(data);
  const oracle: Oracle = {
    files: new Map(),
    attempted: new Set(),
    versions: new Set(),
    runId: '',
  };
  expect((await post(server, 'registered-models/create', { name: MODEL })).status).toBe(200);
  oracle.runId = await createRun(server);
  await upload(server, oracle, 0);
  const put = await fetch(artifact(server, `0/${oracle.runId}/artifacts/model.pkl`), {
    method: 'PUT',
    body: 'pickle',
  });
  expect(put.status).toBe(200);
  await createVersion(server, oracle);
  return oracle;
}

/** Everything that must hold whenever a server was killed. */
async function check(server: ServerProcess, data: ServerData, oracle: Oracle): Promise<void> {
  for (const [path, acknowledged] of oracle.files) {
    const body = await (await fetch(artifact(server, path))).text();
    expect([acknowledged, ...oracle.attempted]).toContain(sha256(body));
    oracle.files.set(path, sha256(body));
  }
  oracle.attempted.clear();
  for (const version of oracle.versions) {
    const answer = await fetch(`${server.origin}/api/v1/models/${MODEL}?version=${version}`);
    expect(answer.status).toBe(200);
  }
  const run = await fetch(`${server.origin}/api/2.0/mlflow/runs/get?run_id=${oracle.runId}`);
  const keys = Object.values(
    ((await run.json()) as { run: { data: Record<string, { key: string }[]> } }).run.data,
  );
  const [metrics, params, tags] = ['m', 'p', 't'].map((letter) =>
    keys
      .flat()
      .flatMap(({ key }) => (/^[mpt][0-9]+$/.test(key) && key[0] === letter ? [key.slice(1)] : []))
      .sort(),
  );
  expect(params).toEqual(metrics);
  expect(tags).toEqual(metrics);
  if (data.databaseUrl.startsWith('sqlite')) expect(leftovers(data)).toEqual([]);
}

function leftovers(data: ServerData): string[] {
  const folder = join(data.artifactRoot, '.registry-tmp');
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** Versions without their record or interval, and numbers that are missing between. */
async function checkRows(data: ServerData): Promise<void> {
  const engine = data.databaseUrl.startsWith('sqlite')
    ? openSqlite(data.databaseUrl.replace('sqlite:///', ''))
    : openPostgres(data.databaseUrl);
  try {
    const versions = await engine.db
      .selectFrom('model_versions')
      .select('version')
      .orderBy('version')
      .execute();
    const records = await engine.db
      .selectFrom('registry_versions')
      .select(['version', 'origin'])
      .orderBy('version')
      .execute();
    const intervals = await engine.db
      .selectFrom('registry_slot_intervals')
      .select('version')
      .orderBy('version')
      .execute();
    const numbers = versions.map(({ version }) => version);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    expect(records.map(({ version }) => version)).toEqual(numbers);
    expect(new Set(records.map(({ origin }) => origin))).toEqual(new Set(['mlflow']));
    expect(intervals.map(({ version }) => version)).toEqual(numbers);
  } finally {
    await engine.close();
  }
}

async function killedAt(
  data: ServerData,
  oracle: Oracle,
  step: string,
  change: (server: ServerProcess) => Promise<void>,
) {
  await using server = await startServer(data);
  await check(server, data, oracle);
  await server.arm(step);
  const outcome = await change(server).then(
    () => 'answered',
    (error: unknown) => (error instanceof TypeError ? 'cut' : error),
  );
  expect([step, outcome]).toEqual([step, 'cut']);
  expect((await server.gone).signal).toBe('SIGKILL');
}

describe.each(TARGETS)('a server on $name that is killed with -9', (target) => {
  test('at any step of an upload, a version or a batch loses nothing acknowledged and leaves nothing half done', async () => {
    await using data = await target.makeData();
    const oracle = await begin(data);
    let n = 0;
    for (const step of target.uploads) {
      n += 1;
      await killedAt(data, oracle, step, (server) => upload(server, oracle, n));
    }
    for (const step of target.versions)
      await killedAt(data, oracle, step, (server) => createVersion(server, oracle));
    for (const step of target.batches) {
      n += 1;
      await killedAt(data, oracle, step, (server) => logBatch(server, oracle, n));
    }
    await using server = await startServer(data);
    await check(server, data, oracle);
    await upload(server, oracle, n);
    await createVersion(server, oracle);
    await logBatch(server, oracle, n);
    await check(server, data, oracle);
    await checkRows(data);
  }, 240_000);
});

test('a version whose files are being hashed when the server is killed is sealed by the next one', async () => {
  await using data = serverData();
  await using first = await startServer(data);
  const runId = await createRun(first);
  const folder = join(data.artifactRoot, '0', runId, 'artifacts');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'weights.bin'), 'x'.repeat(100_000));
  await post(first, 'registered-models/create', { name: MODEL });
  const source = `mlflow-artifacts:/0/${runId}/artifacts`;
  expect((await post(first, 'model-versions/create', { name: MODEL, source, run_id: runId })).status).toBe(
    200,
  );
  const sealOf = async (server: ServerProcess) => {
    const answer = await fetch(`${server.origin}/api/v1/models/${MODEL}/versions`);
    return /"seal":"([a-z]+)"/.exec(await answer.text())?.[1];
  };
  expect(await sealOf(first)).toBe('pending');
  first.child.kill('SIGKILL');
  await first.gone;
  await using killed = await startServer(data, { failpoint: 'hash' });
  expect((await killed.gone).signal).toBe('SIGKILL');
  await using last = await startServer(data);
  await until(async () => (await sealOf(last)) === 'sealed');
});
