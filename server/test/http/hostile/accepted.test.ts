import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PREFIXES, proxied } from './artifact-doors.ts';
import { type GuardedApp, guardedApp } from './guarded-app.ts';

/** A guard that refuses these is a wall. */

let app: GuardedApp;
let experimentId: string;
let runId: string;

beforeAll(async () => {
  app = await guardedApp();
  experimentId = (await post('experiments/create', { name: 'honest' })).experiment_id;
  runId = (await post('runs/create', { experiment_id: experimentId })).run.info.run_id;
  await post('registered-models/create', { name: 'M' });
  await post('model-versions/create', { name: 'M', source: 's3://bucket/first' });
  await post('registered-models/alias', { name: 'M', alias: 'champion', version: '1' });
});
afterAll(async () => {
  app.expectNothingOutside();
  await app.close();
});

async function post(path: string, payload: object) {
  const answer = await app.server.app.inject({ method: 'POST', url: `/api/2.0/mlflow/${path}`, payload });
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
}

describe.each(PREFIXES)('files through %s', (prefix) => {
  test.each([
    ['dog%25step%25100%25timestamp%25100', 'dog%step%100%timestamp%100'],
    ['path/to/file', 'path/to/file'],
    ['a/..../b', 'a/..../b'],
    ['model%20v1%20(final).pkl', 'model v1 (final).pkl'],
    ['%E6%A8%A1%E5%9E%8B.bin', '模型.bin'],
    ['%F0%9F%90%94/%C3%A9t%C3%A9.txt', '🐔/été.txt'],
    ["it's", "it's"],
    ['a+b&c=d,e;f@g:h!$', 'a+b&c=d,e;f@g:h!$'],
    ['.hidden', '.hidden'],
    ['a-b_c.d%20e', 'a-b_c.d e'],
  ])('%s is kept as %s, listed, and comes back', async (path, name) => {
    const folder = `${experimentId}/${runId}/artifacts`;
    const target = proxied(`${folder}/${path}`, prefix);
    expect((await app.send({ method: 'PUT', target, body: 'x' })).status).toBe(200);
    expect(await app.artifactRows()).toContain(`${folder}/${name}`);
    expect((await app.send({ method: 'GET', target })).body).toBe('x');
    const listed = await app.server.app.inject({
      method: 'GET',
      url: `${prefix}/mlflow/artifacts/list?${new URLSearchParams({ run_id: runId, path: name.split('/').slice(0, -1).join('/') })}`,
    });
    expect(listed.json().files.map(({ path: one }: { path: string }) => one)).toContain(name);
    expect((await app.send({ method: 'DELETE', target })).status).toBe(200);
  });

  test.each(['Content-Length: 0', 'Transfer-Encoding: chunked'])(
    'an empty file (%s) is a file',
    async (length) => {
      const target = proxied('empty/__init__.py', prefix);
      const body = length.startsWith('Transfer') ? '0\r\n\r\n' : '';
      const { sendRaw } = await import('../../support/raw-http.ts');
      const head = `PUT ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n${length}\r\n\r\n`;
      expect((await sendRaw(app.port, head + body)).status).toBe(200);
      const got = await app.send({ method: 'GET', target });
      expect([got.status, got.headers.get('content-length')]).toEqual([200, '0']);
    },
  );

  test('an upload of 5 GiB is begun, whatever the limits of messages', async () => {
    const target = proxied('large.bin', prefix);
    const head = `PUT ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${5 * 1024 ** 3}\r\n\r\n`;
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(app.port, '127.0.0.1');
      socket.on('data', (bytes) => {
        text += bytes;
      });
      socket.on('error', () => resolve(text));
      let left = 40;
      const more = () => {
        if (left === 0) {
          resolve(text);
          socket.destroy();
        } else {
          left -= 1;
          socket.write(Buffer.alloc(1_048_576), more);
        }
      };
      socket.write(head, more);
    });
    // 40 MiB, more than any message may have, were taken, and nobody objected.
    expect(answer).toBe('');
  });
});

describe('sources', () => {
  test.each([
    's3://bucket/a//b',
    's3://bucket/a/b/',
    'gs://bucket/a b',
    'wasbs://container@account.blob.core.windows.net/a',
    'hdfs://namenode:8020/a',
    'dbfs:/a/b',
    'https://host.example/a/b.zip',
    's3://bucket/dog%step%100%timestamp%100',
    'models:/M/1',
    'models:/M@champion',
  ])('%s alone is kept as it is', async (source) => {
    const made = await post('model-versions/create', { name: 'M', source });
    // An alias moves, a source does not.
    expect(made.model_version.source).toBe(source === 'models:/M@champion' ? 'models:/M/1' : source);
    const payload = { model_name: 'M', model_type: 'custom', source };
    const registered = await app.server.app.inject({
      method: 'POST',
      url: '/api/v1/models/register',
      payload,
    });
    expect(registered.statusCode, registered.body).toBe(201);
  });

  test.each([
    () => `mlflow-artifacts:/${experimentId}/${runId}/artifacts`,
    () => `mlflow-artifacts:/${experimentId}/${runId}/artifacts/model`,
    () => `mlflow-artifacts:/${experimentId}/${runId}/artifacts/model/`,
    () => `runs:/${runId}/model`,
    () => `runs:/${runId}/a/..../b`,
    () => `runs:/${runId}/model v1 (final)`,
  ])('%s with its run is kept', async (source) => {
    await post('model-versions/create', { name: 'M', source: source(), run_id: runId });
  });
});

describe('names', () => {
  test.each([
    'a.b',
    'a-b',
    'a_b',
    'a b',
    'Ünïcödé',
    '模型',
    '🐔',
    'v1 (final)',
    "it's",
    '100%',
    'a#b',
    'a?b',
    'a&b=c',
  ])('%s is a name for a model, on both wires', async (name) => {
    await post('registered-models/create', { name });
    await post('model-versions/create', { name, source: 's3://b/x' });
    const url = `/api/v1/models/${encodeURIComponent(name)}`;
    const found = await app.server.app.inject({ method: 'GET', url });
    expect([found.statusCode, found.json().model]).toEqual([200, name]);
    const query = new URLSearchParams({ name });
    const same = await app.server.app.inject({
      method: 'GET',
      url: `/api/2.0/mlflow/registered-models/get?${query}`,
    });
    expect(same.json().registered_model.name).toBe(name);
  });

  test.each(['loss', 'val/loss', 'a.b', 'a-b', 'a_b', 'a b', 'a:b', 'é'])('%s is a key', async (key) => {
    await post('runs/log-metric', { run_id: runId, key, value: 1, timestamp: 1 });
    await post('runs/log-parameter', { run_id: runId, key, value: 'v' });
    await post('runs/set-tag', { run_id: runId, key, value: 'v' });
  });
});
