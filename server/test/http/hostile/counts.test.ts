import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GuardedApp, guardedApp } from './guarded-app.ts';

const JSON_TYPE = ['Content-Type: application/json'];

let app: GuardedApp;
let runId: string;

beforeAll(async () => {
  app = await guardedApp();
  runId = JSON.parse((await post('runs/create', { experiment_id: '0' })).body).run.info.run_id;
  await post('registered-models/create', { name: 'm' });
});
afterAll(async () => {
  app.expectNothingOutside();
  await app.close();
});

const request = (path: string, body: object, prefix = '/api/2.0/mlflow/') => ({
  method: 'POST',
  target: prefix + path,
  body: JSON.stringify(body),
  headers: JSON_TYPE,
});
const post = (path: string, body: object) => app.send(request(path, body));
const refuse = (path: string, body: object, prefix?: string) =>
  app.refuse(request(path, body, prefix), [400, 413]);
const list = (count: number, value: object = {}) =>
  Array.from({ length: count }, (_, i) => ({ key: `k${i}`, value: 'v', ...value }));
const METRIC = { value: 1, timestamp: 1, step: 0 };

const datasets = (count: number) =>
  list(count).map(({ key }) => ({
    tags: [{ key: 'mlflow.data.context', value: 'training' }],
    dataset: { name: key, digest: key, source_type: 's3', source: '{}' },
  }));

test('D8 4,000 of anything are kept to the last, or refused whole', async () => {
  const tags = list(4_000);
  const made = await post('registered-models/create', { name: 'many kept', tags });
  expect(JSON.parse(made.body).registered_model.tags.length).toBe(4_000);
  const version = { name: 'many kept', source: 's3://b/x', tags };
  expect((await post('model-versions/create', version)).status).toBe(200);
  for (const [path, body] of [
    ['experiments/create', { name: 'many kept', tags }],
    ['runs/create', { experiment_id: '0', tags }],
    ['logged-models', { experiment_id: '0', name: 'many', tags, params: tags }],
    ['runs/log-inputs', { run_id: runId, datasets: datasets(4_000) }],
    ['runs/search', { experiment_ids: Array.from({ length: 4_000 }, (_, i) => String(i)) }],
  ] as const) {
    const answer = await app.server.app.inject({
      method: 'POST',
      url: `/api/2.0/mlflow/${path}`,
      payload: body,
    });
    expect([200, 400], `${path} ${answer.body.slice(0, 300)}`).toContain(answer.statusCode);
  }
});

// MLflow: 1,000 of all together; 1,000 metrics, 100 params, 100 tags.
test.each([
  ['10,000 metrics', { metrics: list(10_000, METRIC) }],
  ['1,001 metrics', { metrics: list(1_001, METRIC) }],
  ['101 params', { params: list(101) }],
  ['101 tags', { tags: list(101) }],
  ['950 metrics and 51 params', { metrics: list(950, METRIC), params: list(51) }],
])('D8 a batch of %s is refused whole', async (_what, batch) => {
  await app.untouched(async () => {
    await refuse('runs/log-batch', { run_id: runId, ...batch });
  });
});

test('D8 a batch of 1,000 is kept to the last', async () => {
  const batch = { metrics: list(800, METRIC), params: list(100), tags: list(100) };
  expect((await post('runs/log-batch', { run_id: runId, ...batch })).status).toBe(200);
  const { body } = await app.send({ method: 'GET', target: `/api/2.0/mlflow/runs/get?run_id=${runId}` });
  const { data } = JSON.parse(body).run;
  expect(data.metrics.length).toBe(800);
  expect(data.params.length).toBe(100);
  expect(data.tags.filter(({ key }: { key: string }) => /^k[0-9]+$/.test(key)).length).toBe(100);
});

test.each([10_001, 200_000])(
  'D8 %i tags, params or metrics at once are refused whole, on every call',
  async (count) => {
    await app.untouched(async () => {
      const tags = list(count);
      await refuse('registered-models/create', { name: 'many', tags });
      await refuse('model-versions/create', { name: 'm', source: 's3://b/x', tags });
      await refuse('experiments/create', { name: 'many', tags });
      await refuse('runs/create', { experiment_id: '0', tags });
      await refuse('logged-models', { experiment_id: '0', name: 'many', tags });
      await refuse('logged-models', { experiment_id: '0', name: 'many', params: tags });
      await refuse('runs/log-inputs', { run_id: runId, datasets: tags.map(() => ({})) });
      await refuse('runs/log-inputs', { run_id: runId, models: tags.map(() => ({})) });
      await refuse('runs/outputs', { run_id: runId, models: tags.map(() => ({})) });
      await refuse('runs/search', { experiment_ids: tags.map(({ key }) => key) });
      const texts = Object.fromEntries(tags.map(({ key }) => [key, 'v']));
      const numbers = Object.fromEntries(tags.map(({ key }) => [key, 1]));
      const model = { model_name: 'many', model_type: 'custom' };
      for (const more of [{ tags: texts }, { hyperparameters: texts }, { metrics: numbers }])
        await refuse('register', { ...model, ...more }, '/api/v1/models/');
    });
  },
);

test.each([
  ['a tag of a model', 'registered-models/set-tag', { name: 'm', key: 'k', value: 'v'.repeat(100_001) }],
  ['a tag of a run', 'runs/set-tag', () => ({ run_id: runId, key: 'k', value: 'v'.repeat(100_001) })],
  ['a key of a tag', 'registered-models/set-tag', { name: 'm', key: 'k'.repeat(251), value: 'v' }],
  ['a param', 'runs/log-parameter', () => ({ run_id: runId, key: 'p', value: 'v'.repeat(6_001) })],
  ['a key of a metric', 'runs/log-metric', () => ({ run_id: runId, ...METRIC, key: 'k'.repeat(251) })],
  ['an alias', 'registered-models/alias', { name: 'm', alias: 'a'.repeat(256), version: '1' }],
])('D8 %s that is too long is refused and never cut', async (_what, path, body) => {
  await app.untouched(async () => {
    await refuse(path, typeof body === 'function' ? body() : body);
  });
});
