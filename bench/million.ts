import { closedLoop, percentile, together } from './closed-loop.ts';
import { request } from './connection.ts';
import type { Databases } from './database.ts';
import { output } from './database.ts';
import { type Place, startRegistry } from './server-process.ts';

const SIZES = [1_000, 1_000_000];
const BUDGET_MS = 20;
const BUDGET_RATIO = 2;
const API = '/api/2.0/mlflow';

/** A model with a thousand versions and one with a million, and how long calls to each take. */
export async function million(databases: Databases, seconds: number): Promise<void> {
  const place = await databases.create('million');
  const first = await startRegistry(place);
  for (const size of SIZES) await createModel(first.origin, modelOf(size));
  await first.stop();
  for (const size of SIZES) await addVersions(place, modelOf(size), size);
  const server = await startRegistry(place);
  const p95 = new Map<string, number[]>();
  for (const size of SIZES)
    for (const [name, make] of Object.entries(calls(modelOf(size), size))) {
      const load = { origin: server.origin, connections: 1, request: make };
      await closedLoop({ ...load, seconds: 1 });
      const measured = together([await closedLoop({ ...load, seconds })]);
      p95.set(name, [...(p95.get(name) ?? []), percentile(measured, 0.95)]);
    }
  for (const [name, [few = 0, many = 0]] of p95) {
    const isFlat = many <= BUDGET_MS && many <= few * BUDGET_RATIO;
    console.log(
      `${name.padEnd(30)} p95 ${few.toFixed(2)} ms with 1,000 versions, ${many.toFixed(2)} ms with 1,000,000: ${isFlat ? 'met' : 'missed'}`,
    );
  }
  await server.stop();
}

function modelOf(size: number): string {
  return `model-of-${size}`;
}

function calls(name: string, size: number): Record<string, (n: number) => Buffer> {
  const get = (path: string) => {
    const bytes = request('GET', API + path);
    return () => bytes;
  };
  const post = (path: string, body: (n: number) => object) => (n: number) =>
    request('POST', API + path, body(n));
  return {
    'get model': get(`/registered-models/get?name=${name}`),
    'get version': get(`/model-versions/get?name=${name}&version=${size / 2}`),
    'get by alias': get(`/registered-models/alias?name=${name}&alias=champion`),
    'search versions, first page': get(
      `/model-versions/search?max_results=10&filter=${encodeURIComponent(`name='${name}'`)}`,
    ),
    'search all, first page': get('/model-versions/search?max_results=10'),
    'create version': post('/model-versions/create', () => ({ name, source: 's3://bucket/m' })),
    'set alias': post('/registered-models/alias', (n) => ({
      name,
      alias: 'champion',
      version: String((n % size) + 1),
    })),
  };
}

export async function createModel(origin: string, name: string): Promise<void> {
  for (const [path, body] of [
    ['registered-models/create', { name }],
    ['model-versions/create', { name, source: 's3://bucket/m' }],
    ['registered-models/alias', { name, alias: 'champion', version: '1' }],
  ] as const) {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${origin}${API}/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  }
}

/** The rows that so many calls would have made. */
export async function addVersions(place: Place, name: string, size: number): Promise<void> {
  const numbers = `with recursive n(i) as (select 2 union all select i + 1 from n where i < ${size})`;
  const model = `(select model_id from registry_models where name = '${name}')`;
  const statements = [
    `${numbers} insert into model_versions (workspace, name, version, creation_time, last_updated_time, description,
       current_stage, source, run_id, status, storage_location)
     select 'default', '${name}', i, 1700000000000 + i, 1700000000000 + i, '', 'None', 's3://bucket/m', '', 'READY',
       's3://bucket/m' from n`,
    `${numbers} insert into model_version_tags (workspace, name, version, key, value)
     select 'default', '${name}', i, 'barn', 'east' from n where i % 2 = 0`,
    `${numbers} insert into registry_versions (model_id, version, created_at_ms, created_by, origin, sem_major,
       sem_minor, sem_patch, sem_prerelease, deprecated, seal, inferred_facts, lineage_kept)
     select ${model}, i, 1700000000000 + i, 'local', 'mlflow', 1, i - 1, 0, '', false, 'impossible', '[]', true from n`,
    `${numbers} insert into registry_slot_intervals (model_id, slot, version, from_ms, actor, forced, origin)
     select ${model}, 'stage:development', i, 1700000000000 + i, 'local', false, 'direct' from n`,
    `update registry_models set adopted_through = ${size} where name = '${name}'`,
  ];
  await runStatements(place, statements);
}

/** On the database of a place, while no server runs on it. */
export async function runStatements(place: Place, statements: readonly string[]): Promise<void> {
  if (place.database.startsWith('postgresql://')) {
    for (const statement of [...statements, 'analyze'])
      output('psql', ['-q', '-c', statement, place.database]);
    return;
  }
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(place.database.replace('sqlite:///', ''));
  database.exec('PRAGMA synchronous = OFF');
  for (const statement of statements) database.exec(statement);
  database.close();
}
