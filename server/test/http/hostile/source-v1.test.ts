import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Actor, LOCAL_ACTOR } from '../../../src/domain/actor.ts';
import { registryClient } from '../mlflow/registry-client.ts';
import { expectNothingFromInside, type GuardedApp, guardedApp, LATEST_ANSWER_MS } from './guarded-app.ts';
import { newPlace, type Place, STRANGER } from './places.ts';

let app: GuardedApp;
let mine: Place;
let theirs: Place;

beforeAll(async () => {
  app = await guardedApp();
  const mlflow = registryClient(() => app.server);
  mine = await newPlace(mlflow, 'mine');
  theirs = await newPlace(mlflow, 'theirs');
  for (const name of ['mine', 'SECRET']) {
    await mlflow.post('registered-models/create', { name });
    await mlflow.post('model-versions/create', { name, source: 's3://bucket/x' });
  }
});
afterAll(async () => {
  app.expectNothingOutside();
  await app.close();
});

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function send(method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: unknown) {
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  const start = performance.now();
  const reply = await app.server.app.inject({
    method,
    url: `/api/v1/models${path}`,
    ...(body !== undefined && { payload, headers: { 'content-type': 'application/json' } }),
  });
  expect(performance.now() - start).toBeLessThan(LATEST_ANSWER_MS);
  const answer: Answer = { status: reply.statusCode, text: reply.body };
  expect(answer.status, answer.text).toBeLessThan(500);
  expectNothingFromInside(answer.text, app.server.root, `${method} ${path} ${payload}`);
  app.expectNothingOutside();
  return answer;
}

const register = (body: object) =>
  send('POST', '/register', { model_name: 'mine', model_type: 'custom', ...body });

/** Refused with this status, as problem+json, and nothing in the database changed. */
async function refuse(work: () => Promise<Answer>, status: number | readonly number[] = 400): Promise<void> {
  const before = await app.changes();
  const answer = await work();
  expect([status].flat(), answer.text).toContain(answer.status);
  expect(JSON.parse(answer.text)).toMatchObject({ status: answer.status, request_id: expect.any(String) });
  expect(await app.changes(), answer.text).toBe(before);
}

async function as(actor: Actor, work: () => Promise<void>): Promise<void> {
  app.server.actAs(actor);
  try {
    await work();
  } finally {
    app.server.actAs(LOCAL_ACTOR);
  }
}

describe('sources', () => {
  test.each([
    ['S1', ['/etc', 'etc', '///etc', '//etc', '//proc/self/root']],
    [
      'S2',
      ['file:///etc', 'file:/etc', 'file:////etc', 'FILE:///etc', 'file://./etc', 'file://localhost/etc'],
    ],
    ['S2', ['file://host/etc', 'file:etc', 'file%3a///etc']],
    [
      'S4',
      ['mlflow-artifacts:/0/x/../../y', 'mlflow-artifacts:/0/..%2fy', 'mlflow-artifacts:/0/%252e%252e/y'],
    ],
    ['S5', ['mlflow-artifacts://evil-host/0/x', 'MLFLOW-ARTIFACTS://evil-host/x']],
    ['S6', ['http://h/p?/../../../etc', 'http:///#/../../../etc/', 'http://h;/../../../etc']],
    ['S7', ['dbfs:/R/artifacts/a%3f/../../..']],
    ['S9', ['http://user:pass@h/p', 'https://user@h/p', 's3://key:secret@bucket/x']],
    ['S10', ['s3://b/../x', 'gs://b/o?x=../y', 's3://b/a;x=../y']],
    ['S11', ['javascript:alert(1)', 'java\tscript:alert(1)', 'data:text/html,<script>alert(1)</script>']],
  ])('%s: %j are refused, alone and with a run', async (_row, sources) => {
    for (const source of sources)
      for (const claim of [{ source }, { source, run_id: mine.runId }]) await refuse(() => register(claim));
  });

  test('S3: the tag of a prompt opens nothing, not even set afterwards', async () => {
    const tags = { 'mlflow.prompt.is_prompt': 'true' };
    for (const source of ['/etc', 'file:///etc', 'dummy-source'])
      await refuse(() => register({ source, tags }));
    await refuse(() => send('PATCH', '/mine', { tags }));
    await refuse(() => send('PATCH', '/mine/versions/1', { tags }));
  });

  test('S7 S8 S10: a pointer to another place is kept, and its files are not to be had', async () => {
    for (const source of [
      'sftp://h/etc/passwd',
      'hdfs://h/x',
      'http://169.254.169.254/latest',
      's3://other/x',
    ]) {
      const made = await register({ source });
      expect(made.status, made.text).toBe(201);
      const { version } = JSON.parse(made.text);
      expect((await send('GET', `/mine/versions/${version}`)).text).toContain(source);
      for (const path of ['/files', '/files/MLmodel'])
        expect([200, 404, 409]).toContain((await send('GET', `/mine/versions/${version}${path}`)).status);
      await refuse(() => send('PUT', `/mine/versions/${version}/files/x`, 'x'), [404, 409]);
    }
  });

  test('S12 S13: another’s run, and another run than the one named, are not to be had', async () => {
    await as(STRANGER, async () => {
      await refuse(() => register({ run_id: theirs.runId }), 404);
      await refuse(() => register({ run_id: theirs.runId, source: 's3://b/x' }), 404);
      await refuse(() => register({ source: `runs:/${theirs.runId}/model` }), [400, 404]);
      for (const run of [mine.otherRunId, theirs.runId])
        await refuse(() => register({ run_id: mine.runId, source: `runs:/${run}/model` }), [400, 404]);
      const place = `mlflow-artifacts:/${theirs.experimentId}/${theirs.runId}/artifacts/model`;
      await refuse(() => register({ source: place }), [400, 404]);
      await refuse(() => register({ experiment_name: 'theirs' }), [403, 404]);
    });
  });

  test('S14: a model that one may not read is as absent as one that is not there', async () => {
    await as(STRANGER, async () => {
      for (const selector of ['/1', '/9', '/latest', '/Production', '@champion'])
        for (const name of ['SECRET', 'NOWHERE'])
          await refuse(() => register({ source: `models:/${name}${selector}` }), 404);
      for (const path of [
        '/SECRET',
        '/SECRET/versions',
        '/SECRET/versions/1',
        '/SECRET/versions/1/files/x',
      ]) {
        await refuse(() => send('GET', path), 404);
        const [present, absent] = [
          await send('GET', path),
          await send('GET', path.replace('SECRET', 'NOWHER')),
        ];
        const told = ({ text }: Answer) =>
          text.replaceAll('NOWHER', 'SECRET').replace(/"request_id":"[^"]*"/, '');
        expect(told(present)).toBe(told(absent));
      }
    });
  });

  test('S15: a version cannot be its own source', async () => {
    await refuse(() => register({ model_name: 'mine loop', source: 'models:/mine loop/1' }), [400, 404]);
  });

  test('S17: ids with quotes, percent signs, NUL, slashes or 10 kB are refused', async () => {
    for (const id of ["x'; drop table runs; --", 'x"y', 'a%2e', 'a\0b', '../x', 'a'.repeat(10_000)])
      await refuse(() => register({ run_id: id }), [400, 404]);
  });
});

describe('one question, one answer', () => {
  test('S18: a name given twice, or under another name, is no name', async () => {
    await as(STRANGER, async () => {
      const twice = '{"model_name":"mine","model_type":"custom","model_name":"SECRET"}';
      await refuse(() => send('POST', '/register', twice));
      await refuse(
        () => send('POST', '/register?model_name=mine', { model_name: 'SECRET', model_type: 'custom' }),
        [400, 403, 404],
      );
      await refuse(() => send('POST', '/register', { Model_name: 'mine', model_type: 'custom' }));
      await refuse(() => send('GET', '/mine?version=1&version=2'));
      await refuse(() => send('GET', '/mine?version=1&stage=production'));
    });
  });

  test.each([
    '01',
    '+1',
    '1e0',
    ' 1',
    '1 ',
    '\u0661',
    '-1',
    '0',
    '2147483648',
    '1'.repeat(30),
    '1\n',
    '0x1',
    'NaN',
  ])('S19: %j is no version, on any call', async (version) => {
    const segment = encodeURIComponent(version);
    const body = { model_name: 'mine', version };
    await refuse(() => send('GET', `/mine?version=${segment}`));
    await refuse(() => send('GET', `/mine/versions/${segment}`));
    await refuse(() => send('PATCH', `/mine/versions/${segment}`, { description: 'x' }));
    await refuse(() => send('DELETE', `/mine/versions/${segment}`));
    await refuse(() => send('POST', `/mine/versions/${segment}/seal`));
    await refuse(() => send('GET', `/mine/versions/${segment}/files`));
    await refuse(() => send('GET', `/mine/versions/${segment}/files/x`));
    await refuse(() => send('GET', `/mine/lineage/${segment}`));
    await refuse(() => send('GET', `/mine/compare?version1=1&version2=${segment}`));
    await refuse(() => send('POST', '/transition', { ...body, new_stage: 'staging' }));
    await refuse(() => send('PUT', '/mine/aliases/x', { version }));
    await refuse(() => register({ source: `models:/mine/${version}` }));
  });

  test.each([1.5, -1, 0, 2 ** 31, 2 ** 53 + 1, 1e30, true, null, [], {}])(
    'S19: the number %j is no version in a body',
    async (version) => {
      await refuse(() => send('POST', '/transition', { model_name: 'mine', version, new_stage: 'staging' }));
      await refuse(() => send('PUT', '/mine/aliases/x', { version }));
    },
  );

  test.each(['prod/model', 'prod:model', '..', '.', '', '/', 'n'.repeat(300), 'a\0b'])(
    'S20: %j is no name for a model',
    async (name) => {
      await refuse(() => register({ model_name: name }));
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
    const odd = ['caf\u00e9', 'cafe\u0301', 'new', '__proto__', 'constructor', 'toString', 'register'];
    for (const name of [...names, ...odd]) {
      const made = await register({ model_name: name, description: name });
      expect(made.status, made.text).toBe(201);
      expect(JSON.parse(made.text)).toMatchObject({ model_name: name, version: 1 });
    }
    for (const name of [...names, ...odd]) {
      const found = await send('GET', `/${encodeURIComponent(name)}`);
      expect(JSON.parse(found.text)).toMatchObject({ model: name, version: 1, description: name });
    }
  });
});
