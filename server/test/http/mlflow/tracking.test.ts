import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestApp, testApp } from '../../support/app.ts';

let server: TestApp;

beforeAll(async () => {
  server = await testApp();
});
afterAll(() => server.close());

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are judged by their shape
  readonly body: any;
}

async function post(path: string, body: object): Promise<Answer> {
  const answer = await server.app.inject({
    method: 'POST',
    url: `/api/2.0/mlflow/${path}`,
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(body),
  });
  return { status: answer.statusCode, body: answer.json() };
}

async function get(path: string): Promise<Answer> {
  const answer = await server.app.inject({ method: 'GET', url: `/api/2.0/mlflow/${path}` });
  return { status: answer.statusCode, body: answer.json() };
}

let count = 0;

async function newExperiment(): Promise<string> {
  return (await post('experiments/create', { name: `experiment ${++count}` })).body.experiment_id;
}

async function newRun(): Promise<string> {
  const { body } = await post('runs/create', { experiment_id: await newExperiment(), run_name: 'r' });
  return body.run.info.run_id;
}

function refusal(code: string, message: string, status: number): Answer {
  return { status, body: expect.objectContaining({ error_code: code, message }) };
}

const NOTHING: Answer = { status: 200, body: {} };

describe('experiments', () => {
  test('createExperiment and getExperiment answer ids as texts and times as numbers', async () => {
    const { body } = await post('experiments/create', {
      name: 'shape',
      artifact_location: 's3://bucket/x/',
      tags: [{ key: 'a', value: '1' }, { key: 'b' }],
    });
    const experiment = {
      experiment_id: body.experiment_id,
      name: 'shape',
      artifact_location: 's3://bucket/x/',
      lifecycle_stage: 'active',
      creation_time: server.clock.now(),
      last_update_time: server.clock.now(),
      tags: [
        { key: 'a', value: '1' },
        { key: 'b', value: '' },
      ],
      workspace: 'default',
    };
    expect(body.experiment_id).toMatch(/^[1-9][0-9]*$/);
    expect(await get(`experiments/get?experiment_id=${body.experiment_id}`)).toEqual({
      status: 200,
      body: { experiment },
    });
    expect((await get('experiments/get-by-name?experiment_name=shape')).body).toEqual({ experiment });
  });

  test('a default experiment has no tags on the wire', async () => {
    expect((await get('experiments/get?experiment_id=0')).body.experiment).not.toHaveProperty('tags');
  });

  test.each<[string, object, Answer]>([
    [
      'experiments/create',
      { name: 'Default' },
      refusal('RESOURCE_ALREADY_EXISTS', 'Experiment(name=Default) already exists.', 400),
    ],
    [
      'experiments/create',
      { name: 'x', artifact_location: 's3://b/x#y' },
      refusal('INVALID_PARAMETER_VALUE', "'artifact_location' URL can't include fragments or params.", 400),
    ],
    [
      'experiments/create',
      { name: 'x', artifact_location: '/etc' },
      { status: 400, body: expect.anything() },
    ],
    [
      'experiments/delete',
      { experiment_id: '9999' },
      refusal('RESOURCE_DOES_NOT_EXIST', 'No Experiment with id=9999 exists', 404),
    ],
    [
      'experiments/update',
      { experiment_id: 'abc', new_name: 'n' },
      refusal(
        'INVALID_PARAMETER_VALUE',
        "Invalid experiment ID 'abc'. Experiment ID must be a valid integer.",
        400,
      ),
    ],
    [
      'experiments/search',
      {},
      refusal(
        'INVALID_PARAMETER_VALUE',
        "Invalid value 0 for parameter 'max_results' supplied. It must be a positive integer",
        400,
      ),
    ],
    [
      'runs/create',
      { experiment_id: '9999' },
      refusal('RESOURCE_DOES_NOT_EXIST', 'No Experiment with id=9999 exists', 404),
    ],
    [
      'runs/search',
      { experiment_ids: ['0'], max_results: 0 },
      refusal(
        'INVALID_PARAMETER_VALUE',
        "Invalid value 0 for parameter 'max_results' supplied. It must be a positive integer",
        400,
      ),
    ],
    [
      'runs/search',
      { experiment_ids: ['0'], page_token: 'x' },
      refusal('INVALID_PARAMETER_VALUE', 'Invalid page token, could not base64-decode', 400),
    ],
    ['runs/search', {}, NOTHING],
    [
      'runs/delete',
      { run_id: 'nope' },
      refusal('RESOURCE_DOES_NOT_EXIST', 'Run with id=nope not found', 404),
    ],
    [
      'runs/log-batch',
      { run_id: 'bad id!' },
      refusal('INVALID_PARAMETER_VALUE', 'Invalid value "bad id!" for parameter \'run_id\' supplied.', 400),
    ],
    [
      'runs/outputs',
      { run_id: 'nope' },
      refusal(
        'INVALID_PARAMETER_VALUE',
        "Missing value for required parameter 'models'. See the API docs for more information about request parameters.",
        400,
      ),
    ],
    [
      'runs/log-inputs',
      { run_id: 'nope' },
      refusal('RESOURCE_DOES_NOT_EXIST', 'Run with id=nope not found', 404),
    ],
  ])('%s %j is answered in the words of MLflow', async (path, body, answer) => {
    expect(await post(path, body)).toEqual(answer);
  });

  test('searchExperiments pages by tokens until none is left', async () => {
    for (let index = 0; index < 3; index++) await newExperiment();
    const seen: string[] = [];
    let token: string | undefined;
    do {
      const { body } = await post('experiments/search', {
        max_results: 2,
        view_type: 'ALL',
        page_token: token,
      });
      seen.push(...body.experiments.map((experiment: { experiment_id: string }) => experiment.experiment_id));
      token = body.next_page_token;
    } while (token !== undefined);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toContain('0');
  });

  test('tags, names and lifecycles change through their own calls', async () => {
    const experiment_id = await newExperiment();
    expect(await post('experiments/set-experiment-tag', { experiment_id, key: 'k' })).toEqual(NOTHING);
    expect(await post('experiments/update', { experiment_id, new_name: 'renamed' })).toEqual(NOTHING);
    expect((await get('experiments/get-by-name?experiment_name=renamed')).body.experiment.tags).toEqual([
      { key: 'k', value: '' },
    ]);
    expect(await post('experiments/delete-experiment-tag', { experiment_id, key: 'k' })).toEqual(NOTHING);
    expect(await post('experiments/delete', { experiment_id })).toEqual(NOTHING);
    expect(await post('experiments/restore', { experiment_id })).toEqual(NOTHING);
  });
});

describe('runs', () => {
  test('createRun takes its experiment by either of protobuf’s names', async () => {
    const experiment_id = await newExperiment();
    const { body } = await post('runs/create', { experimentId: experiment_id, runName: 'camel' });
    expect(body.run.info).toMatchObject({ experiment_id, run_name: 'camel' });
    expect((await post('runs/create', { experimentId: experiment_id, experiment_id })).status).toBe(400);
  });

  test('createRun answers without outputs, getRun with empty ones', async () => {
    const experiment_id = await newExperiment();
    const { body } = await post('runs/create', { experiment_id, start_time: 5, run_name: 'r' });
    const run_id = body.run.info.run_id;
    const run = {
      info: {
        run_id,
        run_uuid: run_id,
        experiment_id,
        run_name: 'r',
        user_id: '',
        status: 'RUNNING',
        start_time: 5,
        artifact_uri: `mlflow-artifacts:/${experiment_id}/${run_id}/artifacts`,
        lifecycle_stage: 'active',
      },
      data: { tags: [{ key: 'mlflow.runName', value: 'r' }] },
      inputs: {},
    };
    expect(body).toEqual({ run });
    expect((await get(`runs/get?run_id=${run_id}`)).body).toEqual({ run: { ...run, outputs: {} } });
    expect((await get(`runs/get?run_uuid=${run_id}`)).status).toBe(200);
    const found = await post('runs/search', { experiment_ids: [experiment_id] });
    expect(found.body).toEqual({ runs: [{ ...run, outputs: {} }] });
  });

  test('updateRun ignores an unknown status and answers the run’s info', async () => {
    const run_id = await newRun();
    const update = async (given: object) => (await post('runs/update', { run_id, ...given })).body.run_info;
    expect(await update({ status: 'BOGUS', end_time: 0 })).toMatchObject({ status: 'RUNNING' });
    expect(await update({ end_time: 0 })).not.toHaveProperty('end_time');
    expect(await update({ status: 3, end_time: '17' })).toMatchObject({ status: 'FINISHED', end_time: 17 });
    expect(await update({ run_name: 'n' })).toMatchObject({ run_name: 'n', status: 'FINISHED' });
  });

  test('what is logged comes back as it was, NaN as a text, great integers exact', async () => {
    const run_id = await newRun();
    const metric = (given: object) =>
      post('runs/log-metric', { run_id, key: 'm', value: 1, timestamp: 1, ...given });
    expect(await metric({ value: 'NaN', step: 7 })).toEqual(NOTHING);
    expect(await metric({ value: '-Infinity', timestamp: '2' })).toEqual(NOTHING);
    expect(await post('runs/log-parameter', { run_id, key: 'p', value: 'x' })).toEqual(NOTHING);
    expect(await post('runs/set-tag', { run_id, key: 't' })).toEqual(NOTHING);
    expect((await get(`runs/get?run_id=${run_id}`)).body.run.data).toEqual({
      metrics: [{ key: 'm', value: 'NaN', timestamp: 1, step: 7 }],
      params: [{ key: 'p', value: 'x' }],
      tags: [
        { key: 'mlflow.runName', value: 'r' },
        { key: 't', value: '' },
      ],
    });
    expect((await get(`metrics/get-history?run_id=${run_id}&metric_key=m&max_results=1`)).body).toEqual({
      metrics: [{ key: 'm', value: 'NaN', timestamp: 1, step: 7 }],
      next_page_token: 'eyJvZmZzZXQiOiAxfQ==',
    });
    await metric({ key: 'great', timestamp: 1, step: '9007199254740993' });
    const raw = await server.app.inject(
      `/api/2.0/mlflow/metrics/get-history?run_id=${run_id}&metric_key=great`,
    );
    expect(raw.payload).toContain('"step":9007199254740993');
    expect(await get('metrics/get-history?run_id=nope&metric_key=m')).toEqual(NOTHING);
    expect(await post('runs/delete-tag', { run_id, key: 't' })).toEqual(NOTHING);
  });

  test.each<[object, string]>([
    [
      { metrics: [{ key: 'm', timestamp: 2 }] },
      "Missing value for required parameter 'metrics[0].value'. See the API docs for more information about request parameters.",
    ],
    [
      { metrics: [{ key: 'm', value: 1, timestamp: -2 }] },
      "Invalid value -2 for parameter 'metrics[0].timestamp' supplied: metric 'm' (value=1.0). Timestamp must be a nonnegative long (64-bit integer) ",
    ],
    [
      { tags: [{ value: '1' }] },
      "Missing value for required parameter 'tags[0].key'. See the API docs for more information about request parameters.",
    ],
    [
      { params: [{ key: 'a' }, { key: 'a' }] },
      "Duplicate parameter keys have been submitted: ['a']. Please ensure the request contains only one param value per param key.",
    ],
  ])('logBatch %j is refused in the words of MLflow', async (given, message) => {
    const answer = await post('runs/log-batch', { run_id: await newRun(), ...given });
    expect(answer).toEqual(refusal('INVALID_PARAMETER_VALUE', message, 400));
  });

  test('inputs and outputs stand in the run', async () => {
    const run_id = await newRun();
    const dataset = { name: 'd', digest: 'g', source_type: 's', source: 'x', schema: '', profile: 'p' };
    const tags = [{ key: 'mlflow.data.context', value: 'train' }];
    expect(
      await post('runs/log-inputs', {
        run_id,
        datasets: [{ dataset, tags }, {}],
        models: [{ model_id: 'm-1' }],
      }),
    ).toEqual(NOTHING);
    expect(await post('runs/outputs', { run_id, models: [{ model_id: 'm-2', step: 3 }] })).toEqual(NOTHING);
    expect((await post('runs/outputs', { run_id, models: [{ model_id: 'm-2' }] })).status).toBe(400);
    const { inputs, outputs } = (await get(`runs/get?run_id=${run_id}`)).body.run;
    expect(inputs).toEqual({
      dataset_inputs: [
        { dataset: { name: '', digest: '', source_type: '', source: '' } },
        { dataset: { name: 'd', digest: 'g', source_type: 's', source: 'x', profile: 'p' }, tags },
      ],
      model_inputs: [{ model_id: 'm-1' }],
    });
    expect(outputs).toEqual({ model_outputs: [{ model_id: 'm-2', step: 3 }] });
  });

  test('deleting and restoring a run', async () => {
    const run_id = await newRun();
    expect(await post('runs/delete', { run_id })).toEqual(NOTHING);
    expect(await post('runs/log-metric', { run_id, key: 'm', value: 1, timestamp: 1 })).toEqual(
      refusal(
        'INVALID_PARAMETER_VALUE',
        `The run ${run_id} must be in the 'active' state. Current state is deleted.`,
        400,
      ),
    );
    expect(await post('runs/restore', { run_id })).toEqual(NOTHING);
  });

  test('logModel without a model_uuid keeps null there', async () => {
    const run_id = await newRun();
    const model = { artifact_path: 'm', flavors: {}, utc_time_created: 't', run_id };
    await post('runs/log-model', { run_id, model_json: JSON.stringify(model) });
    const { tags } = (await get(`runs/get?run_id=${run_id}`)).body.run.data;
    expect(tags).toContainEqual(
      expect.objectContaining({ value: expect.stringContaining('"model_uuid": null') }),
    );
  });

  test('a page size beyond 2^53 is shown exactly when it is refused', async () => {
    const { body } = await post('experiments/search', { max_results: '9007199254740993' });
    expect(body.message).toBe(
      "Invalid value 9007199254740993 for parameter 'max_results' supplied. It must be at most 50000",
    );
  });

  test('logModel of 2.x clients is kept in the tag', async () => {
    const run_id = await newRun();
    const model = { artifact_path: 'm', flavors: {}, utc_time_created: 't', run_id, model_uuid: 'u' };
    expect(await post('runs/log-model', { run_id, model_json: JSON.stringify(model) })).toEqual(NOTHING);
    expect((await get(`runs/get?run_id=${run_id}`)).body.run.data.tags).toContainEqual({
      key: 'mlflow.log-model.history',
      value: `[{"run_id": "${run_id}", "artifact_path": "m", "utc_time_created": "t", "model_uuid": "u", "flavors": {}}]`,
    });
  });
});
