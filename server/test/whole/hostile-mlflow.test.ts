import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DOORS } from '../../src/http/mlflow/routes.ts';
import { mountedRoutes, RPCS } from '../../src/http/mlflow/rpcs.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { HOSTILE_VALUES, hostileJson, LEAKS } from '../support/hostile-values.ts';
import { storeTargets } from '../support/store-targets.ts';

/** Values that let a request reach its operation, so that the hostile one is met there, too. */
const SAMPLES: Record<string, unknown> = {
  name: 'm',
  new_name: 'm2',
  key: 'k',
  value: 'v',
  alias: 'a',
  version: '1',
  stage: 'Staging',
  source: 's3://b/x',
  experiment_id: '0',
  experiment_ids: ['0'],
  experiment_name: 'Default',
  metric_key: 'acc',
  timestamp: 1,
  model_json: '{}',
  status: 'LOGGED_MODEL_READY',
};

for (const target of storeTargets.filter(({ name }) => name !== 'SQLite file')) {
  describe(`MLflow's wire on ${target.name}`, () => {
    let server: TestApp;
    let runId: string;
    let modelId: string;

    beforeAll(async () => {
      server = await testApp({ target });
      const post = async (path: string, payload: object) =>
        (await server.app.inject({ method: 'POST', url: `/api/2.0/mlflow${path}`, payload })).json();
      await post('/registered-models/create', { name: 'm' });
      await post('/model-versions/create', { name: 'm', source: 's3://b/x' });
      runId = (await post('/runs/create', { experiment_id: '0' })).run.info.run_id;
      modelId = (await post('/logged-models', { experiment_id: '0', name: 'lm' })).model.info.model_id;
    });
    afterAll(async () => {
      await server.close();
    });

    for (const door of DOORS) {
      const row = RPCS.find((one) => one.name === door.rpc);
      const route = row === undefined ? undefined : mountedRoutes(row)[0];
      if (route === undefined) throw new Error(`${door.rpc} is not in the table`);
      test(`${door.rpc} answers no value with a 5xx, nor with anything from inside`, async () => {
        const samples = { ...SAMPLES, run_id: runId, run_uuid: runId, model_id: modelId };
        const fields = [...door.request.fields.keys()];
        const valid = Object.fromEntries(
          fields
            .filter((field) => field in samples)
            .map((field) => [field, samples[field as keyof typeof samples]]),
        );
        const url = route.url.replace(':model_id', modelId).replace(':tag_key', 'k');
        for (const field of [...fields, 'unknown_field'])
          for (const [name, value] of HOSTILE_VALUES) {
            const response = await send(server, route.method, url, { ...valid, [field]: value });
            const told = `${field} = ${name} → ${response.statusCode} ${response.body.slice(0, 300)}`;
            expect(response.statusCode, told).toBeLessThan(500);
            if (response.statusCode >= 400) expect(response.body, told).not.toMatch(LEAKS);
          }
      });
    }

    test.each([
      '',
      '{',
      '[]',
      '"x"',
      '5',
      'null',
      '"{\\"name\\":\\"m\\"}"',
      '{"name":"a","name":"b"}',
      `${'['.repeat(100_000)}`,
    ])('a body that is no message, such as %j, is a 4xx on every call that has one', async (payload) => {
      for (const door of DOORS) {
        const row = RPCS.find((one) => one.name === door.rpc);
        const route = row === undefined ? undefined : mountedRoutes(row)[0];
        if (route === undefined || route.method === 'GET') continue;
        const url = route.url.replace(':model_id', modelId).replace(':tag_key', 'k');
        const headers = { 'content-type': 'application/json' };
        const response = await server.app.inject({ method: route.method, url, payload, headers });
        expect(response.statusCode, `${door.rpc} ${response.body.slice(0, 200)}`).toBeLessThan(500);
      }
    });
  });
}

async function send(
  server: TestApp,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  url: string,
  body: Record<string, unknown>,
) {
  if (method !== 'GET')
    return server.app.inject({
      method,
      url,
      payload: hostileJson(body),
      headers: { 'content-type': 'application/json' },
    });
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(body))
    for (const one of Array.isArray(value) ? value : [value])
      query.append(key, typeof one === 'object' ? hostileJson({ one }) : String(one));
  return server.app.inject({ method, url: `${url}?${query.toString().slice(0, 60_000)}` });
}
