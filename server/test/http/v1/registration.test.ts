import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LOCAL_ACTOR } from '../../../src/domain/actor.ts';
import { MODEL_TYPES } from '../../../src/domain/model-type.ts';
import { paths, problemOf, type V1Client, v1Client } from './v1-client.ts';

const BODY = { model_name: 'layer-count', model_type: 'pytorch' };

describe('registerModel', () => {
  let shared: V1Client;
  beforeAll(async () => {
    shared = await v1Client();
  });
  afterAll(async () => {
    expect((await shared.get('/models')).body['models']).toEqual([]);
    await shared[Symbol.asyncDispose]();
  });

  test('the first registration makes model, experiment, finished run and version 1', async () => {
    await using v1 = await v1Client();
    const answer = await v1.post('/models/register', {
      model_name: 'vision-classification',
      model_type: 'sklearn',
      description: 'Counts birds',
      metrics: { accuracy: 0.95 },
      hyperparameters: { n_estimators: 100 },
      tags: { team: 'vision' },
      stage: 'development',
      data_version: 'v1.2.3',
      code_version: 'abc123',
    });
    expect(answer.status).toBe(201);
    const runId = answer.body['run_id'];
    expect(answer.body).toEqual({
      success: true,
      model_name: 'vision-classification',
      version: 1,
      semantic_version: '1.0.0',
      stage: 'development',
      run_id: runId,
      digest: null,
      seal: 'open',
      sealed: false,
      message: 'Registered vision-classification version 1',
    });
    expect((await v1.get('/models/vision-classification')).body).toMatchObject({
      version: 1,
      created_at: '2026-03-04T06:00:00.000Z',
      created_by: 'local',
      authors: ['local'],
      description: 'Counts birds',
      framework: 'sklearn',
      metrics: { accuracy: 0.95 },
      hyperparameters: { n_estimators: '100' },
      tags: { team: 'vision' },
      data_version: 'v1.2.3',
      code_version: 'abc123',
      parent_model: null,
      model_size_mb: null,
    });
    expect((await v1.get('/models')).body['models']).toMatchObject([{ description: 'Counts birds' }]);
  });

  test("MLflow's clients see the run, the version and where its files go", async () => {
    await using v1 = await v1Client();
    const { body } = await v1.register('layer-count', {
      metrics: { accuracy: 0.5 },
      hyperparameters: { depth: 3 },
      tags: { team: 'vision' },
      datasets: [{ name: 'barn-7', digest: 'd1', source: 's3://data/barn-7' }],
    });
    const mlflow = async (path: string) =>
      (await v1.server.app.inject({ method: 'GET', url: `/api/2.0/mlflow/${path}` })).json();
    const { run } = await mlflow(`runs/get?run_id=${body['run_id']}`);
    expect(run.info).toMatchObject({ status: 'FINISHED', lifecycle_stage: 'active' });
    expect(run.data).toMatchObject({
      metrics: [{ key: 'accuracy', value: 0.5 }],
      params: [{ key: 'depth', value: '3' }],
    });
    expect(run.data.tags).toContainEqual({ key: 'team', value: 'vision' });
    expect(run.inputs.dataset_inputs[0].dataset).toMatchObject({ name: 'barn-7', digest: 'd1' });
    const { experiment } = await mlflow('experiments/get-by-name?experiment_name=layer-count');
    expect(run.info.experiment_id).toBe(experiment.experiment_id);
    const uri = `${run.info.artifact_uri}/model`;
    expect(await mlflow('model-versions/get-download-uri?name=layer-count&version=1')).toEqual({
      artifact_uri: uri,
    });
    const { model_version } = await mlflow('model-versions/get?name=layer-count&version=1');
    expect(model_version).toMatchObject({
      run_id: body['run_id'],
      source: uri,
      status: 'READY',
      current_stage: 'None',
      tags: [{ key: 'team', value: 'vision' }],
    });
  });

  test("hyperparameters and tags are kept in the spelling of MLflow's Python client", async () => {
    await using v1 = await v1Client();
    const text =
      '{"model_name":"m","model_type":"custom","tags":{"gpu":true,"n":1.0},"hyperparameters":' +
      '{"a":true,"b":false,"c":null,"d":0.0000001,"e":1.0,"f":1,"g":1e21,"h":12345678901234567890,"i":"x","j":-0.0}}';
    expect((await v1.send('POST', '/models/register', { body: text })).status).toBe(201);
    const { body } = await v1.get('/models/m');
    expect(body['hyperparameters']).toEqual({
      a: 'True',
      b: 'False',
      c: 'None',
      d: '1e-07',
      e: '1.0',
      f: '1',
      g: '1e+21',
      h: '12345678901234567890',
      i: 'x',
      j: '-0.0',
    });
    expect(body['tags']).toEqual({ gpu: 'True', n: '1.0' });
  });

  test('every model type is accepted, in any case', async () => {
    await using v1 = await v1Client();
    for (const type of MODEL_TYPES) {
      await v1.register('m', { model_type: type.toUpperCase() });
      expect((await v1.get('/models/m')).body['framework']).toBe(type);
    }
  });

  test('every problem is listed at once, with pointers into the body', async () => {
    await using v1 = await v1Client();
    const shape = await v1.post('/models/register', {
      model_name: 7,
      metrics: { a: 'high', 'b/c': null },
      colour: 'red',
    });
    expect(problemOf(shape)).toMatchObject({ status: 400, code: 'invalid_argument' });
    expect(paths(shape).sort()).toEqual(
      ['/colour', '/metrics/a', '/metrics/b~1c', '/model_name', '/model_type'].sort(),
    );
    const values = await v1.post('/models/register', {
      model_name: 'a/b',
      model_type: 'fortran',
      metrics: { 'bad*': 1 },
      hyperparameters: { '../x': 1 },
      tags: { 'registry.x': 'y' },
      datasets: [{ name: 'd', digest: 'x' }],
    });
    expect(problemOf(values)).toMatchObject({ status: 400, code: 'invalid_argument' });
    expect(paths(values)).toEqual([
      '/model_name',
      '/model_type',
      '/metrics/bad*',
      '/hyperparameters/..~1x',
      '/tags/registry.x',
    ]);
    expect((await v1.get('/models')).body['total_models']).toBe(0);
  });

  test.each([
    ['/stage', { stage: 'None' }],
    ['/stage', { stage: 'live' }],
    ['/semantic_version', { semantic_version: '1.0' }],
    ['/semantic_version', { semantic_version: '1.0.0+build' }],
    ['/metrics/x', { metrics: { x: true } }],
    ['/hyperparameters/x', { hyperparameters: { x: [1] } }],
    ['/tags/x', { tags: { x: null } }],
    ['/description', { description: 'x'.repeat(5001) }],
    ['/datasets/0/digest', { datasets: [{ name: 'x', digest: 'y'.repeat(37) }] }],
    ['/datasets/0/colour', { datasets: [{ name: 'x', digest: 'y', colour: 1 }] }],
    ['/parent_model', { parent_model: '' }],
    ['/metrics', { run_id: 'r', metrics: { a: 1 } }],
    ['/hyperparameters', { source: 'runs:/r/model', hyperparameters: { a: 1 } }],
    ['/__proto__', JSON.parse('{"__proto__":{"x":1}}')],
  ])('%s is named when it is wrong: %j', async (path, more) => {
    const body = Object.assign(Object.create(null), BODY);
    for (const key of Object.keys(more))
      Object.defineProperty(body, key, { value: more[key as never], enumerable: true });
    const answer = await shared.post('/models/register', body);
    expect(problemOf(answer)).toMatchObject({ status: 400, code: 'invalid_argument' });
    expect(paths(answer)).toEqual([path]);
  });

  test('keys such as __proto__ are plain keys where any key may stand', async () => {
    await using v1 = await v1Client();
    const text =
      '{"model_name":"m","model_type":"custom","metrics":{"__proto__":1,"constructor":2},"tags":{"__proto__":"x"}}';
    expect((await v1.send('POST', '/models/register', { body: text })).status).toBe(201);
    const { text: answer } = await v1.get('/models/m');
    expect(answer).toContain('"__proto__":1');
    expect(answer).toContain('"tags":{"__proto__":"x"}');
  });

  test('a semantic version must be greater than every earlier one, and the next minor is given else', async () => {
    await using v1 = await v1Client();
    expect((await v1.register('m', { semantic_version: '2.0.0-rc.1' })).body['semantic_version']).toBe(
      '2.0.0-rc.1',
    );
    const low = await v1.post('/models/register', { ...BODY, model_name: 'm', semantic_version: '1.9.9' });
    expect(problemOf(low)).toMatchObject({ status: 409, code: 'semantic_version_conflict' });
    expect(low.body['greatest']).toBe('2.0.0-rc.1');
    expect((await v1.register('m', { semantic_version: '2.0.0' })).body['version']).toBe(2);
    expect((await v1.register('m')).body['semantic_version']).toBe('2.1.0');
  });

  test('under the open policy any stage can be registered', async () => {
    await using v1 = await v1Client();
    for (const stage of ['Development', 'STAGING', 'production', 'archived', 'deprecated'])
      expect((await v1.register('m', { stage })).body['stage']).toBe(stage.toLowerCase());
  });

  test('with run_id that run is used and none is made', async () => {
    await using v1 = await v1Client();
    const { body: first } = await v1.register('a', { metrics: { accuracy: 0.5 } });
    const runId = first['run_id'];
    const { body } = await v1.register('b', { run_id: runId });
    expect(body).toMatchObject({ run_id: runId, seal: 'open' });
    expect((await v1.get('/models/b')).body).toMatchObject({ metrics: { accuracy: 0.5 }, run_id: runId });
    const named = await v1.register('c', { source: `runs:/${runId}/model` });
    expect(named.body).toMatchObject({ run_id: runId });
  });

  test('a run that is absent, deleted or hidden is not found', async () => {
    await using v1 = await v1Client();
    const absent = await v1.post('/models/register', { ...BODY, run_id: 'f'.repeat(32) });
    expect(problemOf(absent)).toMatchObject({ status: 404, code: 'run_not_found' });
    const { body } = await v1.register('secret');
    v1.server.actAs({
      ...LOCAL_ACTOR,
      grants: [{ role: 'writer', resource: 'model', pattern: 'layer-*' }],
    });
    const hidden = await v1.post('/models/register', { ...BODY, run_id: body['run_id'] });
    expect(problemOf(hidden)).toMatchObject({ status: 404, code: 'run_not_found' });
    expect((await v1.get('/models/layer-count')).status).toBe(404);
  });

  test('files that are there already are frozen and sealed at registration', async () => {
    await using v1 = await v1Client();
    const { body: first } = await v1.register('a');
    const source = (await v1.get('/models/a')).body['source'] as string;
    const path = source.replace('mlflow-artifacts:/', '');
    const put = await v1.server.app.inject({
      method: 'PUT',
      url: `/api/2.0/mlflow-artifacts/artifacts/${path}/weights.bin`,
      payload: Buffer.from('weights'),
    });
    expect(put.statusCode).toBe(200);
    const { body } = await v1.register('b', { run_id: first['run_id'] });
    expect(body).toMatchObject({ seal: 'sealed', sealed: true });
    const files = await v1.get('/models/b/versions/1/files');
    expect(files.body).toMatchObject({
      digest: body['digest'],
      files: [{ path: 'weights.bin', size_bytes: 7 }],
    });
    expect((await v1.get('/models/b')).body['model_size_mb']).toBe(0.000007);
  });

  test('a parent is a version here, by number, label or alias, or an external name', async () => {
    await using v1 = await v1Client();
    await v1.register('base');
    await v1.register('base');
    await v1.send('PUT', '/models/base/aliases/champion', { body: { version: 1 } });
    const parentOf = async (parent_model: string) => {
      const { body } = await v1.register('child', { parent_model });
      const { parent, parent_model: text } = (await v1.get(`/models/child/versions/${body['version']}`)).body;
      return { parent, text };
    };
    const here = (version: number) => ({
      parent: { kind: 'model_version', name: 'base', version },
      text: `base/${version}`,
    });
    expect(await parentOf('base/1')).toEqual(here(1));
    expect(await parentOf('base/1.1.0')).toEqual(here(2));
    expect(await parentOf('base@champion')).toEqual(here(1));
    expect(await parentOf('base')).toEqual(here(2));
    for (const name of ['resnet50', 'hub/resnet50', 'hub/resnet50@main'])
      expect(await parentOf(name)).toEqual({ parent: { kind: 'external', name }, text: name });
    for (const missing of ['base/9', 'base@nobody', 'base/x', 'base/']) {
      const answer = await v1.post('/models/register', { ...BODY, parent_model: missing });
      expect(problemOf(answer).status, missing).toBe(400);
      expect(paths(answer)).toEqual(['/parent_model']);
    }
  });

  test('a hidden parent looks like an external one', async () => {
    await using v1 = await v1Client();
    await v1.register('secret');
    v1.server.actAs({
      ...LOCAL_ACTOR,
      grants: [{ role: 'writer', resource: 'model', pattern: 'layer-*' }],
    });
    await v1.register('layer-count', { parent_model: 'secret/1' });
    expect((await v1.get('/models/layer-count')).body['parent']).toEqual({
      kind: 'external',
      name: 'secret/1',
    });
  });

  test('a copy keeps where the files are, and its original is named', async () => {
    await using v1 = await v1Client();
    const { body: original } = await v1.register('a', { metrics: { accuracy: 0.5 } });
    const { body } = await v1.register('b', { source: 'models:/a/1' });
    expect(body['run_id']).toBe(original['run_id']);
    expect((await v1.get('/models/b')).body).toMatchObject({
      source: 'models:/a/1',
      metrics: { accuracy: 0.5 },
    });
  });

  test.each([
    '/etc/passwd',
    'file:///etc/passwd',
    'http://user:pass@host/x',
    'mlflow-artifacts:/1/x/../../y',
    'javascript:alert(1)',
  ])('the source %s is refused', async (source) => {
    const answer = await shared.post('/models/register', { ...BODY, source });
    expect(problemOf(answer)).toMatchObject({ status: 400, code: 'invalid_argument' });
  });

  test('a remote source stays an opaque pointer', async () => {
    await using v1 = await v1Client();
    const { body } = await v1.register('m', { source: 's3://bucket/model', metrics: { a: 1 } });
    expect(body).toMatchObject({ seal: 'impossible' });
    expect((await v1.get('/models/m')).body).toMatchObject({
      source: 's3://bucket/model',
      metrics: { a: 1 },
    });
  });

  test('register, transition and archive are legal names of models', async () => {
    await using v1 = await v1Client();
    for (const name of ['register', 'transition', 'archive', 'versions', 'compare']) {
      await v1.register(name);
      expect((await v1.get(`/models/${name}`)).body).toMatchObject({ model: name, version: 1 });
      expect((await v1.get(`/models/${name}/versions`)).body['total_versions']).toBe(1);
    }
  });

  test('a name that a prompt has cannot be registered', async () => {
    await using v1 = await v1Client();
    await v1.server.app.inject({
      method: 'POST',
      url: '/api/2.0/mlflow/registered-models/create',
      payload: { name: 'p', tags: [{ key: 'mlflow.prompt.is_prompt', value: 'true' }] },
    });
    const answer = await v1.post('/models/register', { ...BODY, model_name: 'p' });
    expect(problemOf(answer)).toMatchObject({ status: 409, code: 'model_exists' });
  });

  test('without the right to register the name nothing is made, whether it exists or not', async () => {
    await using v1 = await v1Client();
    await v1.register('taken');
    v1.server.actAs({ ...LOCAL_ACTOR, grants: [{ role: 'reader', resource: 'model', pattern: '*' }] });
    for (const model_name of ['taken', 'free']) {
      const answer = await v1.post('/models/register', { ...BODY, model_name });
      expect(problemOf(answer)).toMatchObject({ status: 403, code: 'permission_denied' });
    }
    expect((await v1.get('/models')).body['total_models']).toBe(1);
  });

  test('registrations side by side give each number once', async () => {
    await using v1 = await v1Client();
    const answers = await Promise.all(Array.from({ length: 8 }, () => v1.register('m')));
    expect(answers.map(({ body }) => body['version']).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('whatever stands in a field, the answer is no server error', async () => {
    await using v1 = await v1Client();
    const odd = [
      undefined,
      null,
      true,
      0,
      -1,
      1e300,
      '',
      ' ',
      'x'.repeat(300),
      '\u0000',
      [],
      {},
      '__proto__',
      '٣',
    ];
    const fields = ['model_name', 'model_type', 'description', 'metrics', 'hyperparameters', 'tags', 'stage'];
    const more = ['data_version', 'code_version', 'parent_model', 'source', 'run_id', 'semantic_version'];
    for (const value of odd) {
      for (const field of [...fields, ...more, 'datasets', 'experiment_name', 'unknown'])
        expect((await v1.post('/models/register', { ...BODY, [field]: value })).status).toBeLessThan(500);
      expect((await v1.post('/models/register', value)).status).toBe(400);
    }
  });
});
