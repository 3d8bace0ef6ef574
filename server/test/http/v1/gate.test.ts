import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type TestApp, testApp } from '../../support/app.ts';
import { storeTargets } from '../../support/store-targets.ts';
import { People } from './people.ts';

const BASE = { transitions: [{ from: ['development'], to: 'staging' }], applies_to: { models: ['field-*'] } };

for (const target of storeTargets.filter(({ name }) => name !== 'SQLite file'))
  describe(`gates, on ${target.name}`, () => {
    let server: TestApp;
    let people: People;

    beforeEach(async () => {
      server = await testApp({ target });
      people = new People(server);
      await people.add({ ada: { role: 'writer' }, root: { role: 'admin' } });
    });
    afterEach(() => server.close());

    async function govern(...gates: readonly object[]): Promise<void> {
      const { etag } = await people.as('root', 'GET', '/api/v1/policies/gated');
      const headers = etag === 'undefined' ? { 'if-none-match': '*' } : { 'if-match': etag };
      const [first] = BASE.transitions;
      const document = { name: 'gated', ...BASE, transitions: [{ ...first, gates }] };
      const { status, body } = await people.as('root', 'PUT', '/api/v1/policies/gated', document, headers);
      expect(status, JSON.stringify(body)).toBeLessThan(300);
    }
    const mlflow = async (path: string, payload: object) =>
      (await people.as('ada', 'POST', `/api/2.0/mlflow/${path}`, payload)).body;
    const gatesOf = async (version: number) =>
      (
        await people.as('ada', 'POST', '/api/v1/transition-requests/preview', {
          model_name: 'field-count',
          version,
          target: { stage: 'staging' },
        })
      ).body.preview.gates;
    const outcomesOf = async (version: number) =>
      (await gatesOf(version)).map(({ outcome }: { outcome: string }) => outcome);
    const logMetric = (runId: string, key: string, value: number | string, timestamp: number, step = 0) =>
      mlflow('runs/log-metric', { run_id: runId, key, value, timestamp, step });

    async function run(): Promise<string> {
      return (await mlflow('runs/create', { experiment_id: '0', start_time: 1 })).run.info.run_id;
    }
    async function version(runId: string): Promise<number> {
      await people.as('ada', 'POST', '/api/2.0/mlflow/registered-models/create', { name: 'field-count' });
      const source = `runs:/${runId}/model`;
      const { model_version } = await mlflow('model-versions/create', {
        name: 'field-count',
        source,
        run_id: runId,
      });
      return Number(model_version.version);
    }

    describe('that mind when a metric was logged', () => {
      const GATES = [
        { metric: 'accuracy', at_least: 0.5 },
        { metric: 'recall', at_least: 0.5, late: 'accept' },
      ];

      test('refuse what was logged after registration, whatever time it claims', async () => {
        const runId = await run();
        await logMetric(runId, 'accuracy', 0.9, 1);
        const first = await version(runId);
        await govern(...GATES);
        expect(await outcomesOf(first)).toEqual(['passed', 'missing']);
        await logMetric(runId, 'recall', 0.9, 1);
        expect(await outcomesOf(first)).toEqual(['passed', 'passed']);
        await logMetric(runId, 'accuracy', 0.95, 1, 1);
        expect(await gatesOf(first)).toMatchObject([
          {
            outcome: 'late',
            value: 0.95,
            detail: `accuracy was logged after version ${first} was registered`,
          },
          { outcome: 'passed' },
        ]);
        // To the next version of the same run it was there from the beginning.
        expect(await outcomesOf(await version(runId))).toEqual(['passed', 'passed']);
      });

      test('take every value that can be logged for what it was', async () => {
        const runId = await run();
        for (const [key, value] of [
          ['a', 'NaN'],
          ['b', 'Infinity'],
          ['c', 0.1],
        ] as const)
          await logMetric(runId, key, value, Number.MAX_SAFE_INTEGER);
        const first = await version(runId);
        await govern(...['a', 'b', 'c'].map((metric) => ({ metric, at_least: 0.1 })));
        expect(await outcomesOf(first)).toEqual(['failed', 'passed', 'passed']);
      });

      test('know the metrics of logged models, too', async () => {
        const { model } = await mlflow('logged-models', { experiment_id: '0', name: 'net' });
        const runId = await run();
        const ofModel = { model_id: model.info.model_id, run_id: runId, key: 'accuracy', timestamp: 1 };
        await mlflow('runs/log-metric', { ...ofModel, value: 0.6, step: 0 });
        await mlflow('runs/log-metric', { ...ofModel, value: 0.7, step: 1 });
        await people.as('ada', 'POST', '/api/2.0/mlflow/registered-models/create', { name: 'field-count' });
        await mlflow('model-versions/create', {
          name: 'field-count',
          source: `models:/${model.info.model_id}`,
          model_id: model.info.model_id,
        });
        await govern({ metric: 'accuracy', at_least: 0.5 });
        expect(await gatesOf(1)).toMatchObject([{ outcome: 'passed', value: 0.7 }]);
        await mlflow('runs/log-metric', { ...ofModel, value: 0.8, step: 2 });
        expect(await gatesOf(1)).toMatchObject([{ outcome: 'late', value: 0.8 }]);
      });
    });

    describe('on signatures', () => {
      const mlmodel = (inputs: string) => `flavors:
  python_function:
    loader_module: net
signature:
  inputs: '[${inputs}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape":
    [-1]}}]'
  params: null
`;
      const A = '{"type": "long", "name": "a", "required": true}';
      const B = '{"type": "string", "name": "a column with a long name", "required":\n    true}';
      async function logged(inputs: string): Promise<number> {
        const { model } = await mlflow('logged-models', { experiment_id: '0', name: 'net' });
        const { model_id: id } = model.info;
        server.actAs(people.actor('ada'));
        await server.app.inject({
          method: 'PUT',
          url: `/api/2.0/mlflow-artifacts/artifacts/0/models/${id}/artifacts/MLmodel`,
          payload: mlmodel(inputs),
          headers: { 'content-type': 'application/octet-stream' },
        });
        await people.as('ada', 'PATCH', `/api/2.0/mlflow/logged-models/${id}`, {
          model_id: id,
          status: 'LOGGED_MODEL_READY',
        });
        await people.as('ada', 'POST', '/api/2.0/mlflow/registered-models/create', { name: 'field-count' });
        const { model_version } = await mlflow('model-versions/create', {
          name: 'field-count',
          source: `models:/${id}`,
          model_id: id,
        });
        return Number(model_version.version);
      }
      const labelOf = async (version: number) =>
        (await people.as('ada', 'GET', `/api/v1/models/field-count?version=${version}`)).body
          .semantic_version;

      test('name what breaks, read from the sealed files', async () => {
        await logged(A);
        await people.as('ada', 'POST', '/api/v1/models/transition', {
          model_name: 'field-count',
          version: 1,
          new_stage: 'production',
        });
        await govern({ signature: 'backward_compatible' });
        expect(await gatesOf(await logged(A))).toMatchObject([
          { outcome: 'passed', compatibility: 'identical' },
        ]);
        expect(await gatesOf(await logged(`${A}, ${B}`))).toMatchObject([
          {
            kind: 'signature',
            outcome: 'failed',
            compatibility: 'breaking',
            incumbent: { version: 1 },
            changes: [
              { part: 'inputs', field: 'a column with a long name', change: 'added', breaking: true },
            ],
            detail:
              'the signature is not backward-compatible to that of version 1 in production: inputs a column with a long name added (string)',
          },
        ]);
        const { body } = await people.as(
          'ada',
          'GET',
          '/api/v1/models/field-count/compare?version1=1&version2=3',
        );
        expect(body.signature_diff).toMatchObject({
          compatibility: 'breaking',
          changes: [{ field: 'a column with a long name', from: null, to: 'string' }],
        });
        const runId = await run();
        expect(await outcomesOf(await version(runId))).toEqual(['not_comparable']);
      });

      test('decide the next semantic version, too', async () => {
        const labels: string[] = [];
        for (const inputs of [A, A, `${A}, ${B}`, A]) labels.push(await labelOf(await logged(inputs)));
        expect(labels).toEqual(['1.0.0', '1.1.0', '2.0.0', '2.1.0']);
      });
    });

    describe('on scores by sample', () => {
      const gate = {
        metric: 'recall',
        not_worse_than: 'production',
        samples: { path: 'eval/scores.json', sample: 'image', score: 'hit' },
      };
      const scores = (hits: number) => ({
        columns: ['image', 'hit'],
        data: Array.from({ length: 100 }, (_, i) => [`${i}.png`, i < hits]),
      });
      async function log(runId: string, table: object): Promise<void> {
        server.actAs(people.actor('ada'));
        const { statusCode } = await server.app.inject({
          method: 'PUT',
          url: `/api/2.0/mlflow-artifacts/artifacts/0/${runId}/artifacts/eval/scores.json`,
          payload: JSON.stringify(table),
          headers: { 'content-type': 'application/octet-stream' },
        });
        expect(statusCode).toBe(200);
      }
      async function scored(hits: number): Promise<{ readonly runId: string; readonly number: number }> {
        const runId = await run();
        await log(runId, scores(hits));
        return { runId, number: await version(runId) };
      }
      async function produce(number: number): Promise<void> {
        const asked = { model_name: 'field-count', version: number, new_stage: 'production' };
        const { status } = await people.as('ada', 'POST', '/api/v1/models/transition', asked);
        expect(status).toBe(200);
      }

      test('compares the tables that runs logged, sample by sample', async () => {
        await produce((await scored(80)).number);
        await govern(gate);
        expect(await gatesOf((await scored(90)).number)).toMatchObject([
          {
            outcome: 'passed',
            value: 0.9,
            incumbent: { version: 1, value: 0.8 },
            difference: 0.1,
            interval: { confidence: 0.95 },
            detail: expect.stringContaining(
              'recall: +10.0 points against version 1 in production (95 % CI +',
            ),
          },
        ]);
        const worse = (await scored(60)).number;
        const { status, body } = await people.as('ada', 'POST', '/api/v1/models/transition', {
          model_name: 'field-count',
          version: worse,
          new_stage: 'staging',
        });
        expect([status, body.code]).toEqual([409, 'gate_failed']);
        expect(body.detail).toContain('which is worse; 0.0 points are tolerated');
      });

      test('a table that is logged again after registration is late', async () => {
        await produce((await scored(80)).number);
        const { runId, number } = await scored(90);
        await govern(gate);
        expect(await outcomesOf(number)).toEqual(['passed']);
        server.clock.advance(1);
        await log(runId, scores(100));
        expect(await gatesOf(number)).toMatchObject([{ outcome: 'late', value: 1 }]);
      });

      test('what cannot be read or is not there says so', async () => {
        await produce((await scored(80)).number);
        await govern(gate);
        expect(await outcomesOf(await version(await run()))).toEqual(['missing']);
        const runId = await run();
        await log(runId, { columns: ['image'], data: [['a']] });
        expect(await gatesOf(await version(runId))).toMatchObject([
          {
            outcome: 'missing',
            detail: 'recall is not known: eval/scores.json cannot be used: it has no column hit',
          },
        ]);
      });

      test('a sealed table is the one that counts', async () => {
        const { model } = await mlflow('logged-models', { experiment_id: '0', name: 'net' });
        const { model_id: id } = model.info;
        server.actAs(people.actor('ada'));
        await server.app.inject({
          method: 'PUT',
          url: `/api/2.0/mlflow-artifacts/artifacts/0/models/${id}/artifacts/eval/scores.json`,
          payload: JSON.stringify(scores(70)),
          headers: { 'content-type': 'application/octet-stream' },
        });
        await people.as('ada', 'PATCH', `/api/2.0/mlflow/logged-models/${id}`, {
          model_id: id,
          status: 'LOGGED_MODEL_READY',
        });
        await people.as('ada', 'POST', '/api/2.0/mlflow/registered-models/create', { name: 'field-count' });
        const asked = { name: 'field-count', source: `models:/${id}`, model_id: id };
        const { model_version } = await mlflow('model-versions/create', asked);
        await govern({ metric: 'recall', at_least: 0.6, samples: gate.samples });
        expect(await gatesOf(Number(model_version.version))).toMatchObject([
          { outcome: 'passed', value: 0.7 },
        ]);
      });
    });
  });
