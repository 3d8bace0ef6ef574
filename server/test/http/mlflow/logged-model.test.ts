import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestApp, testApp } from '../../support/app.ts';
import { TEST_START_MS } from '../../support/owned.ts';

let server: TestApp;
beforeAll(async () => {
  server = await testApp();
});
afterAll(async () => {
  await server.close();
});

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT';
async function call(method: Method, path: string, payload?: object) {
  const response = await server.app.inject({
    method,
    url: `/api/2.0/mlflow${path}`,
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: response.statusCode, body: response.json() };
}

async function newModel(given: object = {}): Promise<{ model_id: string; artifact_uri: string }> {
  return (await call('POST', '/logged-models', { experiment_id: '0', ...given })).body.model.info;
}

describe('createLoggedModel', () => {
  test('answers the whole message, with what is unset as empty texts, as MLflow does', async () => {
    const { status, body } = await call('POST', '/logged-models', {
      experiment_id: '0',
      name: 'm1',
      params: [
        { key: 'b', value: '1' },
        { key: 'a', value: '2' },
      ],
      tags: [{ key: 't' }],
    });
    const modelId = body.model.info.model_id;
    expect(status).toBe(200);
    expect(body).toEqual({
      model: {
        info: {
          model_id: expect.stringMatching(/^m-[0-9a-f]{32}$/),
          experiment_id: '0',
          name: 'm1',
          creation_timestamp_ms: TEST_START_MS,
          last_updated_timestamp_ms: TEST_START_MS,
          artifact_uri: `mlflow-artifacts:/0/models/${modelId}/artifacts`,
          status: 'LOGGED_MODEL_PENDING',
          model_type: '',
          source_run_id: '',
          tags: [{ key: 't', value: '' }],
        },
        data: {
          params: [
            { key: 'a', value: '2' },
            { key: 'b', value: '1' },
          ],
        },
      },
    });
    expect((await call('GET', `/logged-models/${modelId}`)).body).toEqual(body);
  });

  test.each([
    [{}, 400, "Missing value for required parameter 'experiment_id'. See the API docs"],
    [{ experiment_id: 'abc' }, 400, "Invalid experiment ID 'abc'. Experiment ID must be a valid integer."],
    [{ experiment_id: '999' }, 404, 'No Experiment with id=999 exists'],
    [{ experiment_id: 5 }, 400, "Invalid value 5 for parameter 'experiment_id' supplied"],
    [{ experiment_id: '0', name: 'a/b' }, 400, "Invalid model name ('a/b') provided."],
    [{ experiment_id: '0', name: "it's" }, 400, 'Invalid model name ("it\'s") provided.'],
    [{ experiment_id: '0', params: [{ value: 'x' }] }, 400, "required parameter 'params[0].key'"],
    [{ experiment_id: '0', tags: [{ key: 'registry.x', value: '' }] }, 400, 'is reserved'],
  ])('%j answers %i: %s', async (payload, status, message) => {
    const answer = await call('POST', '/logged-models', payload);
    expect(answer.status).toBe(status);
    expect(answer.body.message).toContain(message);
  });
});

describe('finalizeLoggedModel', () => {
  test.each([
    [{ status: 'LOGGED_MODEL_READY' }, 'LOGGED_MODEL_READY'],
    [{ status: 3 }, 'LOGGED_MODEL_UPLOAD_FAILED'],
    [{ status: '1' }, 'LOGGED_MODEL_PENDING'],
  ])('%j is taken, with the model id in the path alone or in the body, too', async (payload, status) => {
    const { model_id } = await newModel();
    server.clock.advance(1);
    for (const body of [payload, { ...payload, model_id }]) {
      const answer = await call('PATCH', `/logged-models/${model_id}`, body);
      expect(answer.body.model.info).toMatchObject({
        model_id,
        status,
        last_updated_timestamp_ms: server.clock.now(),
      });
    }
  });

  test('a status that nobody knows is refused and changes nothing', async () => {
    const { model_id } = await newModel();
    for (const payload of [{}, { status: 'NOPE' }, { status: 9 }, { model_id: 'm-other', status: 2 }])
      expect((await call('PATCH', `/logged-models/${model_id}`, payload)).status).toBe(400);
    const { body } = await call('GET', `/logged-models/${model_id}`);
    expect(body.model.info.status).toBe('LOGGED_MODEL_PENDING');
  });

  test('a version registered while files were still written is sealed when its model is ready', async () => {
    const { model_id } = await newModel({ name: 'late' });
    await call('POST', '/registered-models/create', { name: 'late' });
    const created = await call('POST', '/model-versions/create', {
      name: 'late',
      source: `models:/${model_id}`,
      model_id,
    });
    expect(created.status).toBe(200);
    const file = `/api/2.0/mlflow-artifacts/artifacts/0/models/${model_id}/artifacts/MLmodel`;
    const put = async (payload: string) =>
      (await server.app.inject({ method: 'PUT', url: file, payload })).statusCode;
    expect(await put('first')).toBe(200);
    const record = () => server.deps.store.read((reader) => reader.versionRecords.find('late', 1));
    expect((await record())?.seal).toBe('open');
    await call('PATCH', `/logged-models/${model_id}`, { status: 'LOGGED_MODEL_READY' });
    expect(await record()).toMatchObject({
      seal: 'sealed',
      digest: expect.stringMatching(/^sha256:/),
      sizeBytes: 5,
    });
    expect([await put('second'), await put('first')]).toEqual([409, 200]);
  });
});

describe('params and tags', () => {
  test('are written, replaced and removed', async () => {
    const { model_id } = await newModel();
    const path = `/logged-models/${model_id}`;
    expect(await call('POST', `${path}/params`, { model_id, params: [{ key: 'p', value: '1' }] })).toEqual({
      status: 200,
      body: {},
    });
    expect((await call('POST', `${path}/params`, { params: [{ key: 'p', value: '2' }] })).status).toBe(400);
    expect(await call('PATCH', `${path}/tags`, { tags: [{ key: 'a b', value: 'x' }] })).toEqual({
      status: 200,
      body: {},
    });
    expect((await call('GET', path)).body.model).toMatchObject({
      info: { tags: [{ key: 'a b', value: 'x' }] },
      data: { params: [{ key: 'p', value: '1' }] },
    });
    expect(await call('DELETE', `${path}/tags/a%20b`)).toEqual({ status: 200, body: {} });
    expect(await call('DELETE', `${path}/tags/a%20b`)).toMatchObject({
      status: 404,
      body: { message: `No tag with key 'a b' found for model with ID '${model_id}'.` },
    });
  });
});

describe('deleteLoggedModel', () => {
  test('the model is gone, but for who asks for deleted ones', async () => {
    const { model_id } = await newModel();
    const path = `/logged-models/${model_id}`;
    expect(await call('DELETE', path)).toEqual({ status: 200, body: {} });
    expect(await call('GET', path)).toMatchObject({
      status: 404,
      body: {
        error_code: 'RESOURCE_DOES_NOT_EXIST',
        message: `Logged model with ID '${model_id}' not found.`,
      },
    });
    expect((await call('GET', `${path}?allow_deleted=true`)).status).toBe(200);
    expect((await call('GET', `${path}?allow_deleted=no`)).status).toBe(404);
  });
});

describe('searchLoggedModels', () => {
  test('pages hold together by tokens that are bound to the request, as in MLflow', async () => {
    const { experiment_id } = (await call('POST', '/experiments/create', { name: 'searched' })).body;
    for (const name of ['s0', 's1', 's2']) {
      await newModel({ experiment_id, name });
      server.clock.advance(1);
    }
    const request = {
      experiment_ids: [experiment_id],
      filter: "name LIKE 's%'",
      max_results: 2,
      order_by: [{ field_name: 'name' }],
    };
    const search = (given: object) => call('POST', '/logged-models/search', { ...request, ...given });
    const first = (await search({})).body;
    expect(first.models.map((model: { info: { name: string } }) => model.info.name)).toEqual(['s0', 's1']);
    expect(Buffer.from(first.next_page_token, 'base64').toString()).toBe(
      `{"experiment_ids": ["${experiment_id}"], "filter_string": "name LIKE 's%'", "order_by": [{"field_name": "name", ` +
        '"ascending": true, "dataset_name": null, "dataset_digest": null}], "offset": 2}',
    );
    const second = (await search({ page_token: first.next_page_token })).body;
    expect(second.models).toHaveLength(1);
    expect(second).not.toHaveProperty('next_page_token');
    for (const other of [{ filter: '' }, { order_by: [] }, { experiment_ids: ['0'] }])
      expect((await search({ ...other, page_token: first.next_page_token })).status).toBe(400);
    expect((await search({ filter: "name = 'none'" })).body).toEqual({});
  });

  test.each([
    [{}, "required parameter 'experiment_ids'"],
    [{ experiment_ids: ['x'] }, "Invalid experiment ID 'x'"],
    [{ experiment_ids: ['0'], max_results: -1 }, 'max_results'],
    [{ experiment_ids: ['0'], datasets: [{}] }, '`dataset_name` in the `datasets` clause must be specified.'],
    [{ experiment_ids: ['0'], order_by: [{ field_name: 'bogus' }] }, 'Invalid order by field name: bogus'],
    [{ experiment_ids: ['0'], page_token: '!!' }, 'Invalid page token: !!'],
  ])('%j is refused: %s', async (payload, message) => {
    const answer = await call('POST', '/logged-models/search', payload);
    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain(message);
  });

  test('no experiment is an answer without models; a limit of 0 is the default', async () => {
    expect(await call('POST', '/logged-models/search', { experiment_ids: [] })).toEqual({
      status: 200,
      body: {},
    });
    const all = await call('POST', '/logged-models/search', { experiment_ids: ['0'], max_results: 0 });
    expect(all.body.models.length).toBeGreaterThan(0);
  });
});
