import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LOCAL_ACTOR } from '../../../src/domain/actor.ts';
import { readRequest } from '../../../src/http/mlflow/proto-json/request.ts';
import { DOORS } from '../../../src/http/mlflow/routes.ts';
import type { Deps } from '../../../src/operations/ports.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { storeTargets } from '../../support/store-targets.ts';
import { registryClient } from './registry-client.ts';

let server: TestApp;
let other: DatabaseSync;
let ids: Record<'run' | 'experiment' | 'loggedModel', string>;

const client = registryClient(() => server);

beforeAll(async () => {
  const target = storeTargets.find(({ name }) => name === 'SQLite file');
  if (target === undefined) throw new Error('there is no SQLite file to run on');
  server = await testApp({ target });
  const { rows } = await sql<{ file: string }>`select file from pragma_database_list`.execute(
    server.database.engine.db,
  );
  other = new DatabaseSync(rows[0]?.file ?? '');
  const experiment = (await client.post('experiments/create', { name: 'e' })).body.experiment_id;
  const run = (await client.post('runs/create', { experiment_id: experiment, run_name: 'r' })).body.run.info
    .run_id;
  const { body } = await client.post('logged-models', { experiment_id: experiment, name: 'l' });
  ids = { run, experiment, loggedModel: body.model.info.model_id };
  await client.post('registered-models/create', { name: 'm' });
  await client.post('model-versions/create', { name: 'm', source: 's3://b/m' });
  await client.post('registered-models/alias', { name: 'm', alias: 'a', version: '1' });
});
afterAll(async () => {
  other.close();
  await server.close();
});

interface Read {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query?: Record<string, string>;
  readonly body?: object;
  readonly params?: Record<string, string>;
  /** What another program does to the same file, so that this read answers differently. */
  readonly change: string;
}

/** One request for every RPC whose answers are kept. */
function reads(): Record<string, Read> {
  const { run, experiment, loggedModel } = ids;
  const describeVersion = `update model_versions set description = coalesce(description, '') || 'x'`;
  const describeModel = `update registered_models set description = coalesce(description, '') || 'x'`;
  const renameRun = `update runs set name = name || 'x'`;
  const touchExperiment = `update experiments set last_update_time = last_update_time + 1`;
  const touchLoggedModel = `update logged_models set last_updated_timestamp_ms = last_updated_timestamp_ms + 1`;
  const addPoint = `insert into metrics (run_uuid, key, value, timestamp, step, is_nan)
    select '${run}', 'k', count(*), count(*), count(*), 0 from metrics`;
  const addDataset = `insert into datasets
      (dataset_uuid, experiment_id, name, digest, dataset_source_type, dataset_source)
    select 'd' || count(*), ${experiment}, 'd' || count(*), 'd', 't', 's' from datasets`;
  const addInput = `insert into inputs (input_uuid, source_type, source_id, destination_type, destination_id)
    select 'i' || dataset_uuid, 'DATASET', dataset_uuid, 'RUN', '${run}' from datasets
    where 'i' || dataset_uuid not in (select input_uuid from inputs)`;
  return {
    getRegisteredModel: get('registered-models/get', { name: 'm' }, describeModel),
    searchRegisteredModels: get('registered-models/search', {}, describeModel),
    getLatestVersions: post('registered-models/get-latest-versions', { name: 'm' }, describeVersion),
    getModelVersionByAlias: get('registered-models/alias', { name: 'm', alias: 'a' }, describeVersion),
    getModelVersion: get('model-versions/get', { name: 'm', version: '1' }, describeVersion),
    searchModelVersions: get('model-versions/search', {}, describeVersion),
    getRun: get('runs/get', { run_id: run }, renameRun),
    searchRuns: post('runs/search', { experiment_ids: [experiment] }, renameRun),
    getMetricHistory: get('metrics/get-history', { run_id: run, metric_key: 'k' }, addPoint),
    getMetricHistoryBulkInterval: get(
      'metrics/get-history-bulk-interval',
      { run_ids: run, metric_key: 'k' },
      addPoint,
    ),
    getExperiment: get('experiments/get', { experiment_id: experiment }, touchExperiment),
    getExperimentByName: get('experiments/get-by-name', { experiment_name: 'e' }, touchExperiment),
    searchExperiments: post('experiments/search', { max_results: 10 }, touchExperiment),
    searchDatasets: post(
      'experiments/search-datasets',
      { experiment_ids: [experiment] },
      `${addDataset}; ${addInput}`,
    ),
    getLoggedModel: {
      ...get(`logged-models/${loggedModel}`, {}, touchLoggedModel),
      params: { model_id: loggedModel },
    },
    searchLoggedModels: post('logged-models/search', { experiment_ids: [experiment] }, touchLoggedModel),
  };
}

function get(path: string, query: Record<string, string>, change: string): Read {
  return { method: 'GET', path, query, change };
}

function post(path: string, body: object, change: string): Read {
  return { method: 'POST', path, body, change };
}

const REPEATABLE = DOORS.filter((door) => door.isRepeatable);

async function ask({ method, path, query, body }: Read): Promise<string> {
  const prefix = path.endsWith('bulk-interval') || path.endsWith('datasets') ? '/ajax-api' : '/api';
  const answer = await server.app.inject({
    method,
    url: `${prefix}/2.0/mlflow/${path}?${new URLSearchParams(query)}`,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, payload: body }),
  });
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.body;
}

describe('an answer that is given again', () => {
  test.each(REPEATABLE.map(({ rpc }) => rpc))(
    'of %s is as it was until another program changes the database, and never after',
    async (rpc) => {
      const read = reads()[rpc];
      if (read === undefined) throw new Error(`say here how ${rpc} is asked`);
      const first = await ask(read);
      expect(await ask(read)).toBe(first);
      other.exec(read.change);
      const changed = await ask(read);
      expect(changed).not.toBe(first);
      other.exec(read.change);
      expect(await ask(read)).not.toBe(changed);
    },
  );

  test('shows a change of ours as soon as that is answered', async () => {
    for (let n = 0; n < 50; n += 1) {
      await client.post('model-versions/set-tag', { name: 'm', version: '1', key: 'n', value: String(n) });
      const { body } = await client.get('registered-models/alias', { name: 'm', alias: 'a' });
      expect(body.model_version.tags).toEqual([{ key: 'n', value: String(n) }]);
    }
  });

  test('is not given to who may not see it', async () => {
    const read = () => client.get('registered-models/get', { name: 'm' });
    expect((await read()).status).toBe(200);
    server.actAs({ subjectId: 'stranger', kind: 'user', displayName: 'stranger', grants: [] });
    expect((await read()).status).toBe(404);
    server.actAs(LOCAL_ACTOR);
    expect((await read()).status).toBe(200);
  });

  test.each(REPEATABLE.map((door) => [door.rpc, door] as const))(
    'of %s follows from what the store reads, and from nothing else',
    async (rpc, door) => {
      const read = reads()[rpc];
      if (read === undefined) throw new Error(`say here how ${rpc} is asked`);
      const input = readRequest(door.request, {
        method: read.method,
        contentType: 'application/json',
        query: new URLSearchParams(read.query).toString(),
        body: read.body === undefined ? undefined : JSON.stringify(read.body),
        params: read.params ?? {},
      });
      const { store } = server.deps;
      const onlyReads = { store: { read: store.read } } as unknown as Deps;
      await expect(door.run(onlyReads, LOCAL_ACTOR, input)).resolves.toBeDefined();
    },
  );
});
