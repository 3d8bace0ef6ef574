import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Actor, LOCAL_ACTOR } from '../../../src/domain/actor.ts';
import type { TestApp } from '../../support/app.ts';
import { type Answer, absent, refused, registryClient } from '../mlflow/registry-client.ts';
import { PREFIXES } from './artifact-doors.ts';
import { expectNothingFromInside, type GuardedApp, guardedApp, LATEST_ANSWER_MS } from './guarded-app.ts';
import { newPlace, type Place, STRANGER } from './places.ts';

const IS_PROMPT = 'mlflow.prompt.is_prompt';

let app: GuardedApp;
let server: TestApp;
let mine: Place;
let theirs: Place;
const plain = registryClient(() => server);

beforeAll(async () => {
  app = await guardedApp();
  server = app.server;
  mine = await newPlace(plain, 'mine');
  theirs = await newPlace(plain, 'theirs');
  for (const name of ['mine', 'SECRET']) {
    await plain.post('registered-models/create', { name });
    await plain.post('model-versions/create', { name, source: 's3://bucket/x' });
  }
});
afterAll(async () => {
  app.expectNothingOutside();
  await app.close();
});

/** Both prefixes give one answer, soon, without anything from inside; here it is. */
async function onBoth(send: (client: ReturnType<typeof registryClient>) => Promise<Answer>): Promise<Answer> {
  const answers: Answer[] = [];
  for (const prefix of PREFIXES) {
    const start = performance.now();
    const answer = await send(registryClient(() => server, `${prefix}/mlflow`));
    expect(performance.now() - start).toBeLessThan(LATEST_ANSWER_MS);
    const text = JSON.stringify(answer.body);
    expect(answer.status, text).toBeLessThan(500);
    expectNothingFromInside(text, server.root, text);
    answers.push(answer);
  }
  app.expectNothingOutside();
  expect(answers[1]?.status).toBe(answers[0]?.status);
  return answers[0] as Answer;
}

/** Refused with this status on both prefixes, and nothing in the database changed. */
async function expectRefused(
  send: (client: ReturnType<typeof registryClient>) => Promise<Answer>,
  status: number | readonly number[] = 400,
): Promise<Answer> {
  const before = await app.changes();
  const answer = await onBoth(send);
  expect([status].flat(), JSON.stringify(answer.body)).toContain(answer.status);
  expect(await app.changes(), JSON.stringify(answer.body)).toBe(before);
  return answer;
}

const create = (body: object) => (client: ReturnType<typeof registryClient>) =>
  client.post('model-versions/create', { name: 'mine', ...body });

/** The source alone, with a run and with a logged model that exist. */
function claims(source: string): object[] {
  return [{ source }, { source, run_id: mine.runId }, { source, model_id: mine.modelId }];
}

async function as<T>(actor: Actor, work: () => Promise<T>): Promise<T> {
  server.actAs(actor);
  try {
    return await work();
  } finally {
    server.actAs(LOCAL_ACTOR);
  }
}

describe('sources that lead to the server’s own files', () => {
  const LOCAL = [
    ['S1', '/etc'],
    ['S1', 'etc'],
    ['S1', '///etc'],
    ['S1', '//etc'],
    ['S1', '//proc/self/root'],
    ['S2', 'file:///etc'],
    ['S2', 'file:/etc'],
    ['S2', 'file:////etc'],
    ['S2', 'FILE:///etc'],
    ['S2', 'file://./etc'],
    ['S2', 'file://localhost/etc'],
    ['S2', 'file://host/etc'],
  ] as const;

  test.each(LOCAL)('%s: %s is refused with every claim, and as a location', async (_case, source) => {
    for (const body of claims(source)) await expectRefused(create(body));
    await expectRefused((client) =>
      client.post('experiments/create', { name: `at ${source}`, artifact_location: source }),
    );
  });

  test.each(LOCAL)('S3 after %s: %s is refused also for a prompt', async (_case, source) => {
    const tags = [{ key: IS_PROMPT, value: 'true' }];
    for (const body of claims(source)) await expectRefused(create({ ...body, tags }));
  });

  test('S3: the prompt tag cannot be set afterwards', async () => {
    const tag = { name: 'mine', version: '1', key: IS_PROMPT, value: 'true' };
    await expectRefused((client) => client.post('model-versions/set-tag', tag));
    await expectRefused((client) => client.post('registered-models/set-tag', tag));
  });
});

describe('URIs that do not mean what they seem to', () => {
  test.each([
    ['..', '/../../OTHER'],
    ['..%2f', '/..%2f..%2fOTHER'],
    ['%252e', '/%252e%252e/OTHER'],
    ['%25252e', '/%25252e%25252e/OTHER'],
    ['\\', '\\..\\..\\OTHER'],
    ['%5c', '/..%5cOTHER'],
    ['%00', '/a%00'],
    ['?', '/a?/../../b'],
    ['#', '/a#/../../b'],
  ])('S4: %s cannot lead out of the run’s folder', async (_what, tail) => {
    const source = `mlflow-artifacts:/${mine.experimentId}/${mine.runId}/artifacts${tail}`;
    for (const body of claims(source)) await expectRefused(create(body));
  });

  test.each([
    'mlflow-artifacts://evil-host/0/x',
    'mlflow-artifacts://evil-host',
    'MLFLOW-ARTIFACTS://evil-host/x',
  ])('S5: %s names another host', async (source) => {
    for (const body of claims(source)) await expectRefused(create(body));
    await expectRefused((client) =>
      client.post('experiments/create', { name: 'elsewhere', artifact_location: source }),
    );
  });

  test.each([
    'http://h/p?/../../../etc',
    'http:///#/../../../etc/',
    'http://h;/../../../etc',
    'http://h/p?%2f..%2f..',
    's3://b/x?y=/../..',
  ])('S6: %s hides a parent, as a location and as a source', async (uri) => {
    await expectRefused((client) =>
      client.post('experiments/create', { name: 'hidden parent', artifact_location: uri }),
    );
    for (const body of claims(uri)) await expectRefused(create(body));
  });

  test.each([
    ['S7', 'dbfs:/R/artifacts/a%3f/../../..'],
    ['S9', 'http://user:pass@h/p'],
    ['S9', 'https://user@h/p'],
    ['S9', 's3://key:secret@bucket/x'],
    ['S9', 'http://user%3apass@h/p'],
    ['S10', 's3://b/../x'],
    ['S10', 'gs://b/o?x=../y'],
    ['S10', 's3://b/a;x=../y'],
    ['S11', 'javascript:alert(1)'],
    ['S11', 'JavaScript:alert(1)'],
    ['S11', 'java\tscript:alert(1)'],
    ['S11', 'data:text/html,<script>alert(1)</script>'],
    ['S11', 'vbscript:x'],
  ])('%s: %s is refused', async (_case, source) => {
    for (const body of claims(source)) await expectRefused(create(body));
  });

  test.each([
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'JAVASCRIPT:alert(1)',
    'java%73cript:alert(1)',
    'data:text/html,x',
    'https://user:pass@h/p',
    'https://h/\u202epng',
  ])('S11: %j is refused as a run link', async (link) => {
    await expectRefused(create({ source: 's3://b/x', run_link: link }));
  });

  test('S11: a link in a description comes back as text in JSON, which no browser runs', async () => {
    const description = '[x](javascript:alert(1)) <script>alert(1)</script>';
    await plain.post('registered-models/create', { name: 'mine described', description });
    const answer = await server.app.inject({
      method: 'GET',
      url: '/api/2.0/mlflow/registered-models/get?name=mine+described',
    });
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.json().registered_model.description).toBe(description);
  });
});

describe('pointers to other places', () => {
  test.each([
    ['S7', 'sftp://h/etc/passwd'],
    ['S7', 'ftp://h/x'],
    ['S7', 'hdfs://h/x'],
    ['S7', 'viewfs:///x'],
    ['S7', 'dbfs:/x'],
    ['S8', 'http://169.254.169.254/latest/meta-data'],
    ['S10', 's3://other-bucket/x'],
  ])('%s: %s is kept as it is, and its files are not to be had here', async (_case, source) => {
    const { status, body } = await onBoth(create({ source }));
    expect(status).toBe(200);
    const { version } = body.model_version;
    const query = { name: 'mine', version };
    expect((await plain.get('model-versions/get-download-uri', query)).body.artifact_uri).toBe(source);
    for (const url of [
      `/model-versions/get-artifact?name=mine&version=${version}&path=MLmodel`,
      `/api/v1/models/mine/versions/${version}/files/MLmodel`,
    ]) {
      const answer = await server.app.inject({ method: 'GET', url });
      expect(Math.floor(answer.statusCode / 100), answer.body).toBe(4);
    }
  });

  test('S8: nobody connects to the host that a source names', async () => {
    let connections = 0;
    const host = createServer((_request, response) => response.end());
    host.on('connection', () => {
      connections += 1;
    });
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
    const { port } = host.address() as AddressInfo;
    const source = `http://127.0.0.1:${port}/x`;
    const { version } = (await onBoth(create({ source }))).body.model_version;
    await plain.get('model-versions/get', { name: 'mine', version });
    await plain.get('model-versions/get-download-uri', { name: 'mine', version });
    await plain.post('model-versions/create', { name: 'mine', source: `models:/mine/${version}` });
    await server.app.inject({ method: 'GET', url: `/api/v1/models/mine/versions/${version}/files` });
    await new Promise((resolve) => host.close(resolve));
    expect(connections).toBe(0);
  });

  test('a source that MLflow’s clients send is still accepted', async () => {
    const { experimentId, runId, modelId } = mine;
    for (const body of [
      { source: 's3://bucket/a//b/' },
      { source: 's3://bucket/dog%step%100%timestamp%100' },
      { source: `mlflow-artifacts:/${experimentId}/${runId}/artifacts`, run_id: runId },
      { source: `mlflow-artifacts:/${experimentId}/${runId}/artifacts/a/..../b`, run_id: runId },
      { source: `runs:/${runId}/model v1 (final).pkl`, run_id: runId },
      { source: `models:/${modelId}`, model_id: modelId },
      { source: 'models:/mine/1' },
    ])
      expect((await onBoth(create(body))).status, JSON.stringify(body)).toBe(200);
  });
});

describe('references to what others own', () => {
  test('S12: nothing of a run or logged model that one may not read becomes a version', async () => {
    await as(STRANGER, async () => {
      const { experimentId, runId, modelId } = theirs;
      const tags = [{ key: IS_PROMPT, value: 'true' }];
      for (const body of [
        { source: `runs:/${runId}/model`, run_id: runId },
        { source: `mlflow-artifacts:/${experimentId}/${runId}/artifacts/model`, run_id: runId },
        { source: 's3://bucket/x', run_id: runId },
        { source: 'dummy-source', run_id: runId, tags },
        { source: `models:/${modelId}`, model_id: modelId },
        { source: `mlflow-artifacts:/${experimentId}/models/${modelId}/artifacts`, model_id: modelId },
        { source: 's3://bucket/x', model_id: modelId },
        { source: 's3://bucket/x', model_id: modelId, run_id: mine.runId },
      ])
        await expectRefused(create(body), 404);
      expect(await expectRefused(create({ source: 's3://bucket/x', run_id: runId }), 404)).toEqual(
        absent(`Run with id=${runId} not found`),
      );
    });
  });

  test('S13: one’s own run does not open another one, of the same experiment or of others', async () => {
    await as(STRANGER, async () => {
      const { runId } = mine;
      // MLflow 3.17: 400 and this sentence.
      for (const source of [
        `mlflow-artifacts:/${mine.experimentId}/${mine.otherRunId}/artifacts/model`,
        `mlflow-artifacts:/${mine.experimentId}`,
        `mlflow-artifacts:/${theirs.experimentId}/${theirs.runId}/artifacts/model`,
        `runs:/${mine.otherRunId}/model`,
        `runs:/${theirs.runId}/model`,
      ])
        expect(await expectRefused(create({ source, run_id: runId }))).toEqual(
          refused(
            `Invalid model version source: '${source}'. The run_id request parameter must identify the resource that contains the source.`,
          ),
        );
    });
  });

  test('S14: a model that one may not read is as absent as one that is not there', async () => {
    await as(STRANGER, async () => {
      for (const selector of ['/1', '/9', '/latest', '/Production', '@champion', '@latest'])
        for (const name of ['SECRET', 'NOWHERE']) {
          const answer = await expectRefused(create({ source: `models:/${name}${selector}` }), 404);
          expect(answer).toEqual(absent(`Registered Model with name=${name} not found`));
        }
    });
  });

  test('S15: a version cannot be its own source, and a long chain of copies leads to its end in one step', async () => {
    for (const name of ['mine A', 'mine B']) await plain.post('registered-models/create', { name });
    await expectRefused(create({ name: 'mine A', source: 'models:/mine A/1' }), [400, 404]);
    await plain.post('model-versions/create', { name: 'mine A', source: 's3://bucket/end' });
    let source = 'models:/mine A/1';
    for (let link = 1; link <= 200; link += 1) {
      const name = link % 2 === 1 ? 'mine B' : 'mine A';
      const { body } = await plain.post('model-versions/create', { name, source });
      source = `models:/${name}/${body.model_version.version}`;
    }
    const version = source.split('/').at(-1) ?? '';
    const start = performance.now();
    const uri = await plain.get('model-versions/get-download-uri', { name: 'mine A', version });
    expect(performance.now() - start).toBeLessThan(LATEST_ANSWER_MS);
    expect(uri.body.artifact_uri).toBe('s3://bucket/end');
  });

  test('S16: a version keeps its digest and its files when its run is deleted and restored', async () => {
    const path = `${mine.experimentId}/${mine.otherRunId}/artifacts/sealed/model.bin`;
    const url = `/api/2.0/mlflow-artifacts/artifacts/${path}`;
    const put = await server.app.inject({ method: 'PUT', url, payload: 'weights' });
    expect(put.statusCode, put.body).toBe(200);
    const source = `runs:/${mine.otherRunId}/sealed`;
    const { body } = await plain.post('model-versions/create', {
      name: 'mine',
      source,
      run_id: mine.otherRunId,
    });
    const { version } = body.model_version;
    const manifest = async () =>
      (
        await server.app.inject({ method: 'GET', url: `/api/v1/models/mine/versions/${version}/files` })
      ).json();
    const before = await manifest();
    expect(before).toMatchObject({ sealed: true, digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
    for (const step of ['delete', 'restore']) {
      await plain.post(`runs/${step}`, { run_id: mine.otherRunId });
      const { digest, files } = await manifest();
      expect({ digest, files }).toEqual({ digest: before.digest, files: before.files });
      expect((await server.app.inject({ method: 'GET', url })).body).toBe('weights');
    }
  });

  test.each([
    ["'", "x'; drop table runs; --"],
    ['"', 'x"y'],
    ['%', 'a%2e'],
    ['NUL', 'a\0b'],
    ['a slash', '../x'],
    ['10 kB', 'a'.repeat(10_000)],
  ])('S17: ids with %s are refused', async (_what, id) => {
    await expectRefused(create({ source: 's3://b/x', run_id: id }));
    await expectRefused(create({ source: 's3://b/x', model_id: id }));
    const tags = [{ key: IS_PROMPT, value: 'true' }];
    await expectRefused(create({ source: 'dummy-source', run_id: id, tags }));
  });
});

describe('one question, one answer', () => {
  test('S18: a name given twice opens no model that one of them would not', async () => {
    await as(STRANGER, async () => {
      const twice = '{"name":"mine","source":"s3://b/x","name":"SECRET"}';
      await expectRefused((client) => client.post('model-versions/create', twice));
      await expectRefused((client) => client.post('model-versions/create', '{"name":"mine","name":"mine"}'));
      // The query of a POST is never read.
      await expectRefused(
        (client) => client.post('model-versions/create?name=mine', { name: 'SECRET', source: 's3://b/x' }),
        404,
      );
      await expectRefused((client) => client.post('model-versions/create?name=mine', { source: 's3://b/x' }));
      await expectRefused((client) =>
        client.post('model-versions/create', { Name: 'mine', source: 's3://b/x' }),
      );
      await expectRefused(
        (client) =>
          client.post('model-versions/create', { Name: 'mine', name: 'SECRET', source: 's3://b/x' }),
        404,
      );
      await expectRefused((client) => client.get('registered-models/get', { name: ['mine', 'SECRET'] }));
    });
  });

  test.each([
    ['01'],
    ['+1'],
    ['1.0'],
    ['1e0'],
    [' 1'],
    ['1 '],
    ['\u0661'],
    ['-1'],
    ['0'],
    ['2147483648'],
    ['1'.repeat(30)],
    ['1\n'],
    ['0x1'],
    ['NaN'],
  ])('S19: %j is no version, on any call', async (version) => {
    const given = { name: 'mine', version };
    const tag = { ...given, key: 'k', value: 'v' };
    await expectRefused((client) => client.get('model-versions/get', given));
    await expectRefused((client) => client.get('model-versions/get-download-uri', given));
    await expectRefused((client) => client.patch('model-versions/update', { ...given, description: 'x' }));
    await expectRefused((client) => client.remove('model-versions/delete', given));
    await expectRefused((client) =>
      client.post('model-versions/transition-stage', { ...given, stage: 'Production' }),
    );
    await expectRefused((client) => client.post('model-versions/set-tag', tag));
    await expectRefused((client) => client.remove('model-versions/delete-tag', tag));
    await expectRefused((client) => client.post('registered-models/alias', { ...given, alias: 'x' }));
    await expectRefused(create({ source: `models:/mine/${version}` }));
  });

  test.each(['prod/model', 'prod:model', '..', '.', '', '/', 'n'.repeat(300), 'a\0b', '\ud800'])(
    'S20: %j is no name for a model',
    async (name) => {
      await expectRefused((client) => client.post('registered-models/create', { name }));
      await expectRefused((client) =>
        client.post('registered-models/rename', { name: 'mine', new_name: name }),
      );
    },
  );

  test('S20: names that look alike are never merged', async () => {
    const names = [
      'prod-model',
      'prod%2Dmodel',
      'prod-model ',
      ' prod-model',
      'prod-m\u043edel',
      'Prod-Model',
    ];
    const odd = ['caf\u00e9', 'cafe\u0301', 'new', '__proto__', 'constructor', 'toString'];
    for (const name of [...names, ...odd])
      expect((await plain.post('registered-models/create', { name, description: name })).status).toBe(200);
    for (const name of [...names, ...odd]) {
      const { registered_model: model } = (
        await onBoth((client) => client.get('registered-models/get', { name }))
      ).body;
      expect([model.name, model.description]).toEqual([name, name]);
      const { body } = await plain.post('model-versions/create', { name, source: 's3://b/x' });
      expect(body.model_version).toMatchObject({ name, version: '1' });
    }
  });
});
