import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestApp, testApp } from '../../support/app.ts';

const AJAX = '/ajax-api/2.0/mlflow';
const API = '/api/2.0/mlflow';
const SEE_DOCS = 'See the API docs for more information about request parameters.';

let server: TestApp;
let runId: string;
beforeAll(async () => {
  server = await testApp();
  runId = (await post(`${API}/runs/create`, { experiment_id: '0' })).json().run.info.run_id;
  const metrics = [1, 'NaN', 'Infinity'].map((value, step) => ({
    key: 'a',
    value,
    timestamp: step + 1,
    step,
  }));
  await post(`${API}/runs/log-batch`, { run_id: runId, metrics });
  const dataset = (name: string) => ({ name, digest: 'x', source_type: 'local', source: 's' });
  const tags = [{ key: 'mlflow.data.context', value: 'train' }];
  const datasets = [{ dataset: dataset('d'), tags }, { dataset: dataset('e') }];
  await post(`${API}/runs/log-inputs`, { run_id: runId, datasets });
});
afterAll(() => server.close());

const get = (url: string) => server.app.inject({ method: 'GET', url });
const post = (url: string, payload: object) => server.app.inject({ method: 'POST', url, payload });
const told = (answer: { statusCode: number; json(): { message?: string } }) => [
  answer.statusCode,
  answer.json().message,
];

describe('getMetricHistoryBulk', () => {
  const bulk = (query: string) => get(`${AJAX}/metrics/get-history-bulk?${query}`);

  test('answers as Python writes JSON: keys in order, floats with a point, NaN bare', async () => {
    const point = (step: number, value: string) =>
      `{"key":"a","run_id":"${runId}","step":${step},"timestamp":${step + 1},"value":${value}}`;
    const points = [point(0, '1.0'), point(1, 'NaN'), point(2, '1.7976931348623157e+308')];
    expect((await bulk(`run_id=${runId}&run_id=nope&metric_key=a`)).body).toBe(
      `{"metrics":[${points.join(',')}]}\n`,
    );
    expect((await bulk(`run_id=${runId}&metric_key=a&max_results=1`)).body).toBe(
      `{"metrics":[${points[0]}]}\n`,
    );
    expect((await bulk(`run_id=${runId}&metric_key=none`)).body).toBe('{"metrics":[]}\n');
  });

  test('says what is missing or too much', async () => {
    const many = Array.from({ length: 101 }, () => 'run_id=x').join('&');
    const sentences: [string, string][] = [
      ['', 'GetMetricHistoryBulk request must specify at least one run_id.'],
      [many, 'GetMetricHistoryBulk request cannot specify more than 100 run_ids. Received 101 run_ids.'],
      ['run_id=x', 'GetMetricHistoryBulk request must specify a metric_key.'],
      ['run_id=x&metric_key=a&max_results=y', 'max_results must be a whole number, 0 or more.'],
    ];
    for (const [query, message] of sentences) expect(told(await bulk(query))).toEqual([400, message]);
  });
});

describe('getMetricHistoryBulkInterval', () => {
  const interval = (query: string, prefix = AJAX) =>
    get(`${prefix}/metrics/get-history-bulk-interval?${query}`);

  test('answers each run that is asked for, in that order, as often as it is asked for', async () => {
    for (const prefix of [AJAX, API]) {
      const { metrics } = (
        await interval(`run_ids=${runId}&run_ids=${runId}&metric_key=a&max_results=2`, prefix)
      ).json();
      const point = (step: number, value: number) => ({
        key: 'a',
        value,
        timestamp: step + 1,
        step,
        run_id: runId,
      });
      const sampled = [point(0, 1), point(2, Number.MAX_VALUE)];
      expect(metrics).toEqual([...sampled, ...sampled]);
    }
    expect(
      (await interval(`run_ids=${runId}&metric_key=a&start_step=1&end_step=1`)).json().metrics,
    ).toMatchObject([{ step: 1, value: 'NaN' }]);
    expect((await interval('run_ids=nope&metric_key=a')).json()).toEqual({});
  });

  test('says what is missing or out of bounds', async () => {
    const many = Array.from({ length: 101 }, () => 'run_ids=x').join('&');
    const of = `run_ids=${runId}&metric_key=a`;
    const sentences: [string, string][] = [
      ['', `Missing value for required parameter 'run_ids'. ${SEE_DOCS}`],
      [
        many,
        `GetMetricHistoryBulkInterval request must specify at most 100 run_ids. Received 101 run_ids. ${SEE_DOCS}`,
      ],
      [`run_ids=${runId}`, `Missing value for required parameter 'metric_key'. ${SEE_DOCS}`],
      [`${of}&max_results=0`, `max_results must be between 1 and 2500. ${SEE_DOCS}`],
      [`${of}&max_results=2501`, `max_results must be between 1 and 2500. ${SEE_DOCS}`],
      [`${of}&start_step=1`, 'If either start step or end step are specified, both must be specified.'],
      [
        `${of}&start_step=2&end_step=1`,
        'end_step must be greater than start_step. Found start_step=2 and end_step=1.',
      ],
    ];
    for (const [query, message] of sentences) expect(told(await interval(query))).toEqual([400, message]);
  });
});

describe('searchDatasets', () => {
  const search = (ids: readonly string[]) =>
    post(`${AJAX}/experiments/search-datasets`, { experiment_ids: ids });

  test('gives the datasets of the experiments’ runs with what they were used for', async () => {
    expect((await search(['0', '99'])).json()).toEqual({
      dataset_summaries: [
        { experiment_id: '0', name: 'd', digest: 'x', context: 'train' },
        { experiment_id: '0', name: 'e', digest: 'x' },
      ],
    });
    expect((await search(['99'])).json()).toEqual({});
  });

  test('says what is missing or too much', async () => {
    expect(told(await search([]))).toEqual([
      400,
      'SearchDatasets request must specify at least one experiment_id.',
    ]);
    expect(told(await search(Array.from({ length: 21 }, () => '1')))).toEqual([
      400,
      'SearchDatasets request cannot specify more than 20 experiment_ids. Received 21 experiment_ids.',
    ]);
    expect(told(await search(['x']))).toEqual([
      400,
      "Invalid experiment ID 'x'. Experiment ID must be a valid integer.",
    ]);
  });
});
