import { describe, expect, test } from 'vitest';
import { paths, problemOf, type V1Client, v1Client } from './v1-client.ts';

/** Not one of them is the canonical spelling of a number or a semantic version. */
const MALFORMED = [
  '01',
  '+1',
  '1.0',
  '1e0',
  ' 1',
  '1 ',
  '-1',
  '0',
  '٣',
  '2147483648',
  '9'.repeat(30),
  'v1',
  '1.0.0.0',
];

async function threeVersions(): Promise<V1Client> {
  const v1 = await v1Client();
  for (const accuracy of [0.91, 0.93, 0.95]) {
    await v1.register('m', { metrics: { accuracy }, hyperparameters: { depth: accuracy * 100 } });
    v1.server.clock.advance(1_000);
  }
  return v1;
}

describe('getModel', () => {
  test('without a selector it is the production version, else the newest', async () => {
    await using v1 = await threeVersions();
    expect((await v1.get('/models/m')).body['version']).toBe(3);
    await v1.transition('m', 1, 'production');
    expect((await v1.get('/models/m')).body).toMatchObject({ version: 1, stage: 'production' });
  });

  test('by stage it is the newest version there; archived and deprecated are apart', async () => {
    await using v1 = await threeVersions();
    await v1.transition('m', 1, 'archived');
    await v1.transition('m', 2, 'deprecated');
    expect((await v1.get('/models/m?stage=archived')).body['version']).toBe(1);
    expect((await v1.get('/models/m?stage=Deprecated')).body).toMatchObject({
      version: 2,
      stage: 'deprecated',
    });
    const none = await v1.get('/models/m?stage=production');
    expect(problemOf(none)).toEqual({
      status: 404,
      code: 'version_not_found',
      detail:
        'Registered model m has no version in stage production; it has versions in deprecated, development.',
    });
    expect(none.body['stages']).toEqual(['deprecated', 'development']);
  });

  test('by number, by semantic version and by alias it is that version', async () => {
    await using v1 = await threeVersions();
    await v1.send('PUT', '/models/m/aliases/champion', { body: { version: '1.1.0' } });
    for (const query of ['version=2', 'version=1.1.0', 'alias=champion'])
      expect((await v1.get(`/models/m?${query}`)).body).toMatchObject({ version: 2, aliases: ['champion'] });
    expect(problemOf(await v1.get('/models/m?alias=nobody'))).toMatchObject({
      status: 404,
      code: 'alias_not_found',
    });
  });

  test('only one selector may be given, once, and no other parameter', async () => {
    await using v1 = await threeVersions();
    expect(paths(await v1.get('/models/m?stage=staging&version=1'))).toEqual(['version']);
    expect(paths(await v1.get('/models/m?version=1&version=2'))).toEqual(['version']);
    expect(paths(await v1.get('/models/m?colour=red&stag=x')).sort()).toEqual(['colour', 'stag']);
    expect(problemOf(await v1.get('/models/m?stage=None')).detail).toContain('development');
  });

  test('a name with a slash is reached with %2F, and is decoded once', async () => {
    await using v1 = await v1Client();
    await v1.server.deps.store.write(async (writer) => {
      for (const name of ['barn/7', 'barn%2F7', 'dog%step%100'])
        await writer.registeredModels.insert({ name, description: null, tags: [], nowMs: 1 });
    });
    expect(problemOf(await v1.get('/models/barn%2F7')).detail).toContain('barn/7 has no versions');
    expect(problemOf(await v1.get('/models/barn%252F7')).detail).toContain('barn%2F7 has no versions');
    expect(problemOf(await v1.get('/models/dog%25step%25100')).code).toBe('no_versions');
    expect(problemOf(await v1.get('/models/barn%2F8')).code).toBe('model_not_found');
  });

  test('metrics that JSON has no number for are texts', async () => {
    await using v1 = await v1Client();
    const { body } = await v1.register('m');
    for (const [key, value] of [
      ['a', 'NaN'],
      ['b', 'Infinity'],
      ['c', '-Infinity'],
    ])
      await v1.server.app.inject({
        method: 'POST',
        url: '/api/2.0/mlflow/runs/log-metric',
        payload: { run_id: body['run_id'], key, value, timestamp: 1 },
      });
    expect((await v1.get('/models/m')).body['metrics']).toEqual({ a: 'NaN', b: 'Infinity', c: '-Infinity' });
  });

  test('an unchanged answer is not sent again', async () => {
    await using v1 = await threeVersions();
    const first = await v1.get('/models/m');
    const etag = String(first.headers['etag']);
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
    for (const tag of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const again = await v1.send('GET', '/models/m', { headers: { 'if-none-match': tag } });
      expect(again).toMatchObject({ status: 304, text: '' });
      expect(again.headers['etag']).toBe(etag);
    }
    await v1.transition('m', 3, 'production');
    expect((await v1.send('GET', '/models/m', { headers: { 'if-none-match': etag } })).status).toBe(200);
  });

  test('a version that an MLflow client made is shown with what it says of itself', async () => {
    await using v1 = await v1Client();
    const mlflow = async (path: string, payload: object) =>
      (await v1.server.app.inject({ method: 'POST', url: `/api/2.0/mlflow/${path}`, payload })).json();
    await mlflow('registered-models/create', { name: 'm' });
    await mlflow('model-versions/create', {
      name: 'm',
      source: 's3://bucket/model',
      tags: [{ key: 'data_version', value: 'd7' }],
    });
    expect((await v1.get('/models/m')).body).toMatchObject({
      version: 1,
      semantic_version: '1.0.0',
      data_version: 'd7',
      inferred_facts: ['data_version'],
      seal: 'impossible',
      run_id: null,
      created_by: 'local',
    });
  });
});

describe('getVersion', () => {
  test('an absent one is 404, a malformed one is 400', async () => {
    await using v1 = await threeVersions();
    expect(problemOf(await v1.get('/models/m/versions/9'))).toMatchObject({
      status: 404,
      code: 'version_not_found',
    });
    expect(problemOf(await v1.get('/models/m/versions/9.9.9')).code).toBe('version_not_found');
    for (const text of MALFORMED)
      for (const path of [
        `/models/m/versions/${encodeURIComponent(text)}`,
        `/models/m?version=${encodeURIComponent(text)}`,
        `/models/m/lineage/${encodeURIComponent(text)}`,
        `/models/m/compare?version1=${encodeURIComponent(text)}&version2=1`,
      ])
        expect(problemOf(await v1.get(path)), path).toMatchObject({ status: 400, code: 'invalid_argument' });
  });

  test('an absent model is 404, whatever the version looks like', async () => {
    await using v1 = await v1Client();
    for (const text of ['1', '01'])
      expect(problemOf(await v1.get(`/models/absent/versions/${text}`))).toEqual({
        status: 404,
        code: 'model_not_found',
        detail: 'There is no registered model absent; GET /api/v1/models lists those that you may read.',
      });
  });

  test('NUL in a name or a query is refused', async () => {
    await using v1 = await v1Client();
    expect(paths(await v1.get('/models/a%00b'))).toEqual(['model_name']);
    expect(paths(await v1.get('/models?filter=a%00'))).toEqual(['filter']);
  });
});

describe('listVersions', () => {
  test('lists newest first with the total, and metrics only when asked', async () => {
    await using v1 = await threeVersions();
    const { body } = await v1.get('/models/m/versions');
    expect(body).toMatchObject({ model_name: 'm', total_versions: 3 });
    const versions = body['versions'] as Record<string, unknown>[];
    expect(versions.map(({ version }) => version)).toEqual([3, 2, 1]);
    expect(versions[0]).not.toHaveProperty('metrics');
    const included = (await v1.get('/models/m/versions?include=metrics,hyperparameters')).body;
    expect(included['versions']).toMatchObject([
      { metrics: { accuracy: 0.95 }, hyperparameters: { depth: '95' } },
      { metrics: { accuracy: 0.93 } },
      { metrics: { accuracy: 0.91 } },
    ]);
    expect(paths(await v1.get('/models/m/versions?include=colour'))).toEqual(['include']);
  });

  test('pages through everything once, also while versions come', async () => {
    await using v1 = await threeVersions();
    await v1.send('PUT', '/models/m/aliases/champion', { body: { version: 2 } });
    const first = await v1.get('/models/m/versions?limit=2');
    await v1.register('m');
    const second = await v1.get(`/models/m/versions?limit=2&page_token=${first.body['next_page_token']}`);
    expect(first.body['versions']).toMatchObject([{ version: 3 }, { version: 2, aliases: ['champion'] }]);
    expect(second.body['versions']).toMatchObject([{ version: 1 }]);
    expect(second.body).not.toHaveProperty('next_page_token');
  });

  test('a stage limits list, total and pages', async () => {
    await using v1 = await threeVersions();
    await v1.transition('m', 2, 'deprecated');
    await v1.transition('m', 1, 'archived');
    const page = await v1.get('/models/m/versions?stage=archived');
    expect(page.body).toMatchObject({ total_versions: 1, versions: [{ version: 1, stage: 'archived' }] });
    await v1.transition('m', 2, 'archived');
    const first = await v1.get('/models/m/versions?stage=archived&limit=1');
    expect(first.body).toMatchObject({ total_versions: 2, versions: [{ version: 2 }] });
    const second = await v1.get(
      `/models/m/versions?stage=archived&page_token=${first.body['next_page_token']}`,
    );
    expect(second.body['versions']).toMatchObject([{ version: 1 }]);
  });

  test('tombstones stand beside the versions when asked for, and share the pages', async () => {
    await using v1 = await threeVersions();
    await v1.register('m');
    await v1.send('DELETE', '/models/m/versions/3');
    await v1.send('DELETE', '/models/m/versions/1');
    expect((await v1.get('/models/m/versions')).body).not.toHaveProperty('tombstones');
    const list = '/models/m/versions?include=tombstones&limit=2';
    const first = (await v1.get(list)).body;
    expect(first).toMatchObject({
      total_versions: 2,
      versions: [{ version: 4 }],
      tombstones: [
        {
          model_name: 'm',
          version: 3,
          semantic_version: '1.2.0',
          digest: null,
          deleted_at: '2026-03-04T06:00:03.000Z',
        },
      ],
    });
    expect((first['versions'] as object[])[0]).not.toHaveProperty('metrics');
    const second = (await v1.get(`${list}&page_token=${first['next_page_token']}`)).body;
    expect(second).toMatchObject({ versions: [{ version: 2 }], tombstones: [{ version: 1 }] });
    expect(second).not.toHaveProperty('next_page_token');
    expect((await v1.get('/models/m/versions?include=tombstones&stage=development')).body).toMatchObject({
      versions: [{ version: 4 }, { version: 2 }],
      tombstones: [],
    });
  });

  test.each([
    'limit=0',
    'limit=1001',
    'limit=1e3',
    'limit=01',
    'limit=x',
    'limit=',
    'limit=-1',
    'page_token=x',
    'page_token=bW9kZWxzOjE',
  ])('%s is refused', async (query) => {
    await using v1 = await v1Client();
    await v1.register('m');
    const answer = await v1.get(`/models/m/versions?${query}`);
    expect(problemOf(answer)).toMatchObject({ status: 400 });
    expect(paths(answer)).toEqual([query.split('=')[0]]);
  });

  test('a model without versions has an empty list', async () => {
    await using v1 = await v1Client();
    await v1.server.app.inject({
      method: 'POST',
      url: '/api/2.0/mlflow/registered-models/create',
      payload: { name: 'm' },
    });
    expect((await v1.get('/models/m/versions')).body).toMatchObject({ total_versions: 0, versions: [] });
    expect(problemOf(await v1.get('/models/m')).code).toBe('no_versions');
  });
});

describe('deleteVersion', () => {
  test('a tombstone stays, and the number is not given again', async () => {
    await using v1 = await threeVersions();
    expect((await v1.send('DELETE', '/models/m/versions/3')).body).toMatchObject({ version: 3 });
    const gone = await v1.get('/models/m/versions/3');
    expect(problemOf(gone)).toMatchObject({ status: 410, code: 'version_deleted' });
    expect(gone.body['tombstone']).toEqual({
      model_name: 'm',
      version: 3,
      semantic_version: '1.2.0',
      digest: null,
      framework: 'sklearn',
      data_version: null,
      code_version: null,
      parent_model: null,
      approvals: [],
      deleted_at: '2026-03-04T06:00:03.000Z',
      purged_at: null,
    });
    expect((await v1.get('/models/m/versions/1.2.0')).body['tombstone']).toEqual(gone.body['tombstone']);
    expect((await v1.send('DELETE', '/models/m/versions/3')).status).toBe(410);
    expect((await v1.register('m')).body['version']).toBe(4);
  });
});

describe('updateVersion', () => {
  test('changes description and tags, and leaves what is absent', async () => {
    await using v1 = await v1Client();
    await v1.register('m', { description: 'old', tags: { a: '1', b: '2' } });
    const { body } = await v1.send('PATCH', '/models/m/versions/1', {
      body: { tags: { a: null, c: '3' } },
    });
    expect(body).toMatchObject({ description: 'old', tags: { b: '2', c: '3' } });
    expect(
      (await v1.send('PATCH', '/models/m/versions/1.0.0', { body: { description: null } })).body[
        'description'
      ],
    ).toBeNull();
  });

  test('a fact is set once: missing ones can be given, equal ones again, others not', async () => {
    await using v1 = await v1Client();
    await v1.register('m', { data_version: 'd1' });
    const patch = (facts: object) => v1.send('PATCH', '/models/m/versions/1', { body: { facts } });
    expect(
      (await patch({ code_version: 'c1', data_version: 'd1', model_type: 'SKLEARN' })).body,
    ).toMatchObject({
      code_version: 'c1',
      data_version: 'd1',
    });
    const refused = await patch({ code_version: 'c2' });
    expect(problemOf(refused)).toMatchObject({ status: 409, code: 'fact_already_set' });
    expect((await v1.get('/models/m')).body['code_version']).toBe('c1');
  });

  test('reserved tags and unknown fields are refused', async () => {
    await using v1 = await v1Client();
    await v1.register('m');
    for (const body of [
      { tags: { 'registry.x': '1' } },
      { stage: 'production' },
      { facts: { framework: 'x' } },
      null,
      [],
    ])
      expect(problemOf(await v1.send('PATCH', '/models/m/versions/1', { body })).status).toBe(400);
  });
});

describe('listFiles', () => {
  test('before sealing the manifest is empty and has no digest', async () => {
    await using v1 = await v1Client();
    await v1.register('m');
    expect((await v1.get('/models/m/versions/1/files')).body).toEqual({
      success: true,
      model_name: 'm',
      version: 1,
      digest: null,
      seal: 'open',
      sealed: false,
      files: [],
    });
  });
});
