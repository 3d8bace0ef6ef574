import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LOCAL_ACTOR } from '../../../src/domain/actor.ts';
import { invalidArgument } from '../../../src/domain/errors.ts';
import { sweepClientUploads } from '../../../src/operations/client-upload.ts';
import type { DirectTransfer } from '../../../src/operations/ports/artifact-store.ts';
import { type TestApp, testApp } from '../../support/app.ts';

const API = '/api/2.0/mlflow';
const PROXY = '/api/2.0/mlflow-artifacts';
const UPLOAD = '/ajax-api/2.0/mlflow/upload-artifact';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

let server: TestApp;
let runId: string;
let modelId: string;
beforeAll(async () => {
  server = await testApp();
  runId = (await post(`${API}/runs/create`, { experiment_id: '0' })).json().run.info.run_id;
  modelId = (await post(`${API}/logged-models`, { experiment_id: '0', name: 'm' })).json().model.info
    .model_id;
  await put(`0/${runId}/artifacts/dir/a b.txt`, 'hello');
  await put(`0/models/${modelId}/artifacts/MLmodel`, 'x: 1');
  await put(`0/models/${modelId}/artifacts/data/model.pkl`, 'bytes');
  await post(`${API}/registered-models/create`, { name: 'layer-count' });
  const source = `mlflow-artifacts:/0/${runId}/artifacts/dir`;
  await post(`${API}/model-versions/create`, { name: 'layer-count', source, run_id: runId });
  await post(`${API}/model-versions/create`, { name: 'layer-count', source: 's3://elsewhere/model' });
});
afterAll(() => server.close());

const get = (url: string, headers = {}) => server.app.inject({ method: 'GET', url, headers });
const post = (url: string, payload: object) => server.app.inject({ method: 'POST', url, payload });
const put = (path: string, payload: string) =>
  server.app.inject({ method: 'PUT', url: `${PROXY}/artifacts/${encodeURI(path)}`, payload });
const told = (answer: { statusCode: number; json(): { message?: string } }) => [
  answer.statusCode,
  answer.json().message,
];

describe('files of runs, versions and logged models', () => {
  const ways = (): [string, string, string][] => [
    [`/get-artifact?run_id=${runId}&path=`, 'dir/a+b.txt', 'hello'],
    [`/get-artifact?run_uuid=${runId}&path=`, 'dir/a%20b.txt', 'hello'],
    ['/model-versions/get-artifact?name=layer-count&version=1&path=', 'a%20b.txt', 'hello'],
    [`/ajax-api/2.0/mlflow/logged-models/${modelId}/artifacts/files?artifact_file_path=`, 'MLmodel', 'x: 1'],
  ];

  test('come with their hash, as downloads that no browser interprets, whole and in ranges', async () => {
    for (const [url, path, text] of ways()) {
      const whole = await get(url + path);
      expect([url, whole.statusCode, whole.body]).toEqual([url, 200, text]);
      expect(whole.headers).toMatchObject({
        etag: `"${sha256(text)}"`,
        'x-content-type-options': 'nosniff',
        'content-disposition': expect.stringContaining('attachment; filename='),
      });
      const part = await get(url + path, { range: 'bytes=1-2' });
      expect([part.statusCode, part.body]).toEqual([206, text.slice(1, 3)]);
    }
  });

  test('a file that is not there, a folder and a path out of it are refused as MLflow does', async () => {
    for (const [url, path] of ways()) {
      expect([url, (await get(`${url}nope`)).statusCode]).toEqual([url, 404]);
      for (const bad of ['..%2f..%2fetc%2fpasswd', '../x', '%252e%252e%252fx', '/etc/passwd'])
        expect([url, bad, ...told(await get(url + bad))]).toEqual([url, bad, 400, 'Invalid path']);
      expect((await get(`${url}a%00`)).statusCode).toBe(400);
      const none = url.replace(/&?(?:artifact_file_)?path=$/, '');
      expect([url, (await get(none)).statusCode]).toEqual([url, 400]);
      expect([url, (await get(`${url}${path}&${url.split(/[?&]/).at(-1)}other`)).statusCode]).toEqual([
        url,
        400,
      ]);
    }
    expect(told(await get(`/get-artifact?run_id=${runId}&path=dir`))).toEqual([
      400,
      `Artifact path refers to a directory, not a file: '0/${runId}/artifacts/dir'`,
    ]);
  });

  test('what a version does not have is named by its whole path, and a folder is a folder', async () => {
    const nested = `0/${runId}/artifacts/nested`;
    await put(`${nested}/deep/f`, 'x');
    const source = `mlflow-artifacts:/${nested}`;
    await post(`${API}/registered-models/create`, { name: 'nested' });
    await post(`${API}/model-versions/create`, { name: 'nested', source, run_id: runId });
    const file = (path: string) => get(`/model-versions/get-artifact?name=nested&version=1&path=${path}`);
    expect(told(await file('nope'))).toEqual([404, `No such artifact: '${nested}/nope'`]);
    expect(told(await file('deep'))).toEqual([
      400,
      `Artifact path refers to a directory, not a file: '${nested}/deep'`,
    ]);
    expect((await file('deep/f')).body).toBe('x');
  });

  test("a logged model's file without a name is BAD_REQUEST, before the logged model is looked up", async () => {
    for (const id of [modelId, 'm-nope'])
      for (const query of ['', '?artifact_file_path='])
        expect(
          (await get(`/ajax-api/2.0/mlflow/logged-models/${id}/artifacts/files${query}`)).json(),
        ).toEqual({
          error_code: 'BAD_REQUEST',
          message: 'Request must include the "artifact_file_path" query parameter.',
          sqlstate: 'KAM00',
          error_class: 'INVALID_PARAMETER_VALUE',
        });
  });

  test('a file that came past us below a sealed version is none of its files', async () => {
    const folder = `0/${runId}/artifacts/stowed`;
    await put(`${folder}/f`, 'x');
    const source = `mlflow-artifacts:/${folder}`;
    await post(`${API}/registered-models/create`, { name: 'stowed' });
    await post(`${API}/model-versions/create`, { name: 'stowed', source, run_id: runId });
    // As with an address that was presigned before the version was registered.
    writeFileSync(join(server.root, folder, 'stowaway'), 'y');
    const file = (path: string) => get(`/model-versions/get-artifact?name=stowed&version=1&path=${path}`);
    expect((await file('f')).body).toBe('x');
    expect(told(await file('stowaway'))).toEqual([404, `No such artifact: '${folder}/stowaway'`]);
    const { files } = (await get('/api/v1/models/stowed/versions/1/files')).json();
    expect(files.map(({ path }: { path: string }) => path)).toEqual(['f']);
  });

  test('what they belong to is looked up first', async () => {
    expect(told(await get('/get-artifact?path=x'))).toEqual([404, 'Run with id=None not found']);
    expect(told(await get('/get-artifact?run_id=nope&path=x'))).toEqual([404, 'Run with id=nope not found']);
    const version = (query: string) => get(`/model-versions/get-artifact?${query}&path=x`);
    expect(told(await version(''))).toEqual([400, "Missing value for required parameter 'name'."]);
    expect(told(await version('name=layer-count&version=abc'))).toEqual([
      400,
      "Parameter 'version' must be an integer, got 'abc'.",
    ]);
    for (const name of ['layer-count', 'nope'])
      expect(told(await version(`name=${name}&version=9`))).toEqual([
        404,
        `Model Version (name=${name}, version=9) not found`,
      ]);
    expect((await version('name=layer-count&version=2')).statusCode).toBe(404);
    const files = '/ajax-api/2.0/mlflow/logged-models/m-nope/artifacts/files';
    // MLflow: its one refusal here with this code.
    for (const query of ['', '?artifact_file_path='])
      expect((await get(files + query)).json()).toMatchObject({
        error_code: 'BAD_REQUEST',
        message: 'Request must include the "artifact_file_path" query parameter.',
      });
    const logged = `${files}?artifact_file_path=x`;
    expect(told(await get(logged))).toEqual([404, "Logged model with ID 'm-nope' not found."]);
  });

  test('who may not read them learns nothing of them, and who may only read does not write', async () => {
    const grant = (resource: 'model' | 'experiment', role: 'reader' | 'writer') => ({
      ...LOCAL_ACTOR,
      subjectId: 'guest',
      grants: [{ resource, pattern: '*', role }],
    });
    const statuses = async () => {
      const answers = [];
      for (const [url, path] of ways()) answers.push((await get(url + path)).statusCode);
      const listed = await get(`${API}/logged-models/${modelId}/artifacts/directories`);
      const upload = `${UPLOAD}?run_uuid=${runId}&path=guest.txt`;
      const sent = await server.app.inject({ method: 'POST', url: upload, payload: 'x' });
      return [...answers, listed.statusCode, sent.statusCode];
    };
    try {
      server.actAs({ ...LOCAL_ACTOR, grants: [] });
      expect(await statuses()).toEqual([404, 404, 404, 404, 404, 404]);
      server.actAs(grant('experiment', 'reader'));
      expect(await statuses()).toEqual([200, 200, 404, 200, 200, 403]);
      // Frozen files are the version's own.
      server.actAs(grant('model', 'reader'));
      expect(await statuses()).toEqual([404, 404, 200, 404, 404, 404]);
      server.actAs(grant('experiment', 'writer'));
      expect(await statuses()).toEqual([200, 200, 404, 200, 200, 200]);
    } finally {
      server.actAs(LOCAL_ACTOR);
    }
  });

  test('the folders of a logged model are listed by their paths', async () => {
    const list = (query: string) => get(`${API}/logged-models/${modelId}/artifacts/directories${query}`);
    const rootUri = `mlflow-artifacts:/0/models/${modelId}/artifacts`;
    const whole = {
      root_uri: rootUri,
      files: [
        { path: 'MLmodel', is_dir: false, file_size: 4 },
        { path: 'data', is_dir: true },
      ],
    };
    for (const query of ['', '?artifact_directory_path=']) expect((await list(query)).json()).toEqual(whole);
    expect((await list('?artifact_directory_path=data')).json().files).toEqual([
      { path: 'data/model.pkl', is_dir: false, file_size: 5 },
    ]);
    for (const query of ['?artifact_directory_path=nope', '?artifact_directory_path=MLmodel'])
      expect((await list(query)).json()).toEqual({ root_uri: rootUri });
    expect(told(await list('?artifact_directory_path=../x'))).toEqual([400, 'Invalid path']);
  });
});

describe('uploadRunArtifact', () => {
  const send = (query: string, payload: string | Buffer, headers = { 'content-type': 'text/plain' }) =>
    server.app.inject({ method: 'POST', url: `${UPLOAD}?${query}`, payload, headers });

  test('stores the body as it is, and answers nothing', async () => {
    const answer = await send(`run_uuid=${runId}&path=up/x.txt`, 'hi');
    expect([answer.statusCode, answer.body, answer.headers['content-type']]).toEqual([
      200,
      '',
      'application/json; charset=utf-8',
    ]);
    expect((await get(`${PROXY}/artifacts/0/${runId}/artifacts/up/x.txt`)).body).toBe('hi');
    const json = await send(`run_uuid=${runId}&path=up/x.json`, '{broken', {
      'content-type': 'application/json',
    });
    expect(json.statusCode).toBe(200);
  });

  test('says what is missing in the order of MLflow, and leaves nothing of what is too large', async () => {
    const sentences: [string, string | Buffer, number, string][] = [
      ['', '', 400, 'Request must specify run_uuid.'],
      [`run_id=${runId}&path=x`, 'hi', 400, 'Request must specify run_uuid.'],
      [`run_uuid=${runId}`, '', 400, 'Request must specify path.'],
      ['run_uuid=nope&path=../x', '', 400, 'Invalid path'],
      [`run_uuid=${runId}&path=x`, '', 400, 'Request must specify data.'],
      ['run_uuid=nope&path=x', 'hi', 404, 'Run with id=nope not found'],
      [
        `run_uuid=${runId}&path=big`,
        Buffer.alloc(10 * 1_048_576 + 1),
        400,
        'Artifact size is too large. Max size is 10MB.',
      ],
    ];
    for (const [query, body, status, message] of sentences)
      expect([query, ...told(await send(query, body))]).toEqual([query, status, message]);
    const exact = await send(`run_uuid=${runId}&path=exact`, Buffer.alloc(10 * 1_048_576));
    expect(exact.statusCode).toBe(200);
    for (const path of ['x', 'big'])
      expect((await get(`/get-artifact?run_id=${runId}&path=${path}`)).statusCode).toBe(404);
  });

  test('what a version was registered from stays as it is', async () => {
    const changed = await send(`run_uuid=${runId}&path=dir/a%20b.txt`, 'other');
    expect(changed.statusCode).toBe(409);
    expect((await send(`run_uuid=${runId}&path=dir/a%20b.txt`, 'hello')).statusCode).toBe(200);
    expect((await get(`/get-artifact?run_id=${runId}&path=dir/a%20b.txt`)).body).toBe('hello');
  });
});

describe('a store through which all bytes pass', () => {
  test('says so in the words that MLflow’s client knows, after it looked at the request', async () => {
    const upload = 'Multipart upload is not supported for the current artifact repository';
    const missing = (name: string) =>
      `Missing value for required parameter '${name}'. See the API docs for more information about request parameters.`;
    const answers: [string, object, number, string][] = [
      [`${PROXY}/mpu/create/0/x`, { path: 'f', num_parts: 1 }, 501, upload],
      [`${PROXY}/mpu/create/0/x`, {}, 400, missing('path')],
      [`${PROXY}/mpu/create/..%2f`, { path: 'f', num_parts: 1 }, 400, 'Invalid path'],
      [`${PROXY}/mpu/complete/0/x`, { path: 'f' }, 400, missing('parts')],
      [`${PROXY}/mpu/complete/0/x`, { path: 'f', upload_id: 'u', parts: [] }, 501, upload],
      [`${PROXY}/mpu/abort/0/x`, { path: 'f', upload_id: 'u' }, 501, upload],
    ];
    for (const [url, body, status, message] of answers)
      expect([url, ...told(await post(url, body))]).toEqual([url, status, message]);
    expect(told(await get(`${PROXY}/presigned/0/x`))).toEqual([
      501,
      'Multipart download is not supported for the current artifact repository',
    ]);
    expect((await get('/api/3.0/mlflow/server-info')).json()).toMatchObject({
      multipart_uploads_enabled: false,
      multipart_downloads_enabled: false,
    });
  });

  test('files that go through the server have no address of their own', async () => {
    const upload = `${API}/artifacts/presigned-upload-url`;
    const proxied = (kind: string, what: string) =>
      `Presigned ${kind} is not supported for ${what} (artifact URI scheme: mlflow-artifacts).`;
    for (const owner of [{ run_id: runId }, { model_id: modelId }])
      expect((await post(upload, { ...owner, path: 'x' })).json().message).toContain(
        proxied('upload', 'proxied artifact storage'),
      );
    const download = await post(`${API}/artifacts/presigned-download-url`, { run_id: runId, path: 'x' });
    expect(download.json().message).toContain(proxied('download', 'runs with proxied artifact storage'));
    for (const owner of [{}, { run_id: runId, model_id: modelId }])
      expect(told(await post(upload, { ...owner, path: 'x' }))).toEqual([
        400,
        'Exactly one of run_id and model_id must be provided.',
      ]);
    expect(
      told(
        await post(`${API}/artifacts/presigned-download-url`, { run_id: runId, path: 'x', expiration: 0 }),
      ),
    ).toEqual([400, 'expiration must be between 1 and 604800 seconds (got 0).']);
  });
});

describe('a store that clients reach by themselves', () => {
  const calls: unknown[] = [];
  let uploads = 0;
  const address = { url: 'https://store/x?signature', headers: new Map([['if-none-match', '*']]) };
  const direct: DirectTransfer = {
    presignDownload: async ({ text }, ttlSeconds) => {
      calls.push(['download', text, ttlSeconds]);
      return { ...address, headers: new Map(), sizeBytes: 7 };
    },
    presignUpload: async ({ text }, ttlSeconds) => {
      calls.push(['upload', text, ttlSeconds]);
      return address;
    },
    createMultipart: async ({ text }, partCount) => {
      calls.push(['create', text, partCount]);
      uploads += 1;
      return { uploadId: `u${uploads}`, parts: [{ ...address, headers: new Map(), partNumber: 1 }] };
    },
    completeMultipart: async ({ text }, uploadId, parts) => {
      if (parts.some(({ etag }) => etag !== '"e"')) throw invalidArgument('The parts do not fit the upload.');
      calls.push(['complete', text, uploadId, parts]);
    },
    abortMultipart: async ({ text }, uploadId) => {
      calls.push(['abort', text, uploadId]);
    },
  };
  beforeAll(() => {
    Object.assign(server.deps.artifacts, { direct });
  });
  beforeEach(() => {
    calls.length = 0;
    server.actAs(LOCAL_ACTOR);
  });

  const parts = [{ part_number: 1, etag: '"e"', url: 'https://store/x' }];

  /** Begins an upload of a file of the run and gives its id. */
  const begin = async (name: string) =>
    (await post(`${PROXY}/mpu/create/0/${runId}/artifacts/m`, { path: name, num_parts: 2 })).json()
      .upload_id as string;
  const end = (step: 'complete' | 'abort', name: string, change: object) =>
    post(`${PROXY}/mpu/${step}/0/${runId}/artifacts/m`, { path: name, parts, ...change });

  test('parts are for the file that the body names, in the folder that the URL names', async () => {
    const file = `0/${runId}/artifacts/m/model.bin`;
    for (const path of ['/local/model.bin', 'model.bin', 'C:\\local\\model.bin', '\\\\host\\x\\model.bin']) {
      calls.length = 0;
      const created = await post(`${PROXY}/mpu/create/0/${runId}/artifacts/m`, { path, num_parts: '3' });
      const uploadId = created.json().upload_id;
      expect(created.json()).toEqual({
        upload_id: expect.any(String),
        credentials: [{ url: 'https://store/x?signature', part_number: 1 }],
      });
      const completed = await end('complete', path, { upload_id: uploadId });
      expect([completed.statusCode, completed.json()]).toEqual([200, {}]);
      const abandoned = await begin('model.bin');
      expect((await end('abort', path, { upload_id: abandoned })).json()).toEqual({});
      expect(calls).toEqual([
        ['create', file, 3],
        ['complete', file, uploadId, [{ partNumber: 1, etag: '"e"' }]],
        ['create', file, 2],
        ['abort', file, abandoned],
      ]);
    }
  });

  test('P44 parts that do not fit are refused, and the upload can still be completed', async () => {
    const uploadId = await begin('fits');
    const part = (part_number: unknown, etag = '"e"') => ({ part_number, etag });
    for (const sent of [
      [],
      [part(0)],
      [part(-1)],
      [part(10_001)],
      [part(1), part(2), part(1)],
      [part(undefined)],
      [part('2147483648')],
      [part(1, '"wrong"')],
    ]) {
      const answer = await end('complete', 'fits', { upload_id: uploadId, parts: sent });
      expect([sent, answer.statusCode]).toEqual([sent, 400]);
    }
    for (const num_parts of [0, -1, 10_001, '9223372036854775807', undefined]) {
      const url = `${PROXY}/mpu/create/0/${runId}/artifacts/m`;
      expect([num_parts, (await post(url, { path: 'fits', num_parts })).statusCode]).toEqual([
        num_parts,
        400,
      ]);
    }
    expect((await end('complete', 'fits', { upload_id: uploadId })).statusCode).toBe(200);
  });

  test('P44 an upload is over once it was completed or aborted', async () => {
    const uploadId = await begin('over');
    expect((await end('complete', 'over', { upload_id: uploadId })).statusCode).toBe(200);
    const aborted = await begin('over');
    expect((await end('abort', 'over', { upload_id: aborted })).statusCode).toBe(200);
    calls.length = 0;
    for (const upload_id of [uploadId, aborted])
      for (const step of ['complete', 'abort'] as const)
        expect([step, (await end(step, 'over', { upload_id })).statusCode]).toEqual([step, 404]);
    expect(calls).toEqual([]);
  });

  test('P44 an upload belongs to one file and to whoever began it', async () => {
    const uploadId = await begin('mine');
    calls.length = 0;
    const refused = async (what: string, name: string, upload_id: unknown) => {
      for (const step of ['complete', 'abort'] as const)
        expect([what, step, (await end(step, name, { upload_id })).statusCode]).toEqual([what, step, 404]);
    };
    for (const upload_id of ['nope', '', undefined, 'x'.repeat(5_000), 'ü', `${uploadId} `, 'a\u0001b'])
      await refused(`id ${upload_id}`, 'mine', upload_id);
    await refused('another file', 'other', uploadId);
    server.actAs({ ...LOCAL_ACTOR, subjectId: 'other' });
    await refused('another subject', 'mine', uploadId);
    expect(calls).toEqual([]);
    server.actAs(LOCAL_ACTOR);
    expect((await end('complete', 'mine', { upload_id: uploadId })).statusCode).toBe(200);
  });

  test('of completions at once one succeeds', async () => {
    const uploadId = await begin('once');
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => end('complete', 'once', { upload_id: uploadId })),
    );
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 404, 404, 404, 404]);
  });

  test('an upload that was left for a week is given up', async () => {
    const left = await begin('left');
    server.clock.advance(7 * 24 * 3_600_000);
    const fresh = await begin('fresh');
    server.clock.advance(1);
    calls.length = 0;
    expect(await sweepClientUploads(server.deps, 20)).toBe(1);
    expect(await sweepClientUploads(server.deps, 20)).toBe(0);
    expect(calls).toEqual([['abort', `0/${runId}/artifacts/m/left`, left]]);
    expect((await end('complete', 'left', { upload_id: left })).statusCode).toBe(404);
    expect((await end('complete', 'fresh', { upload_id: fresh })).statusCode).toBe(200);
  });

  test('frozen files can be neither begun nor completed', async () => {
    for (const [step, body] of [
      ['create', { path: 'a b.txt', num_parts: 1 }],
      ['complete', { path: 'a b.txt', upload_id: 'u', parts }],
    ] as const) {
      const answer = await post(`${PROXY}/mpu/${step}/0/${runId}/artifacts/dir`, body);
      expect([step, answer.statusCode]).toEqual([step, 409]);
    }
    expect(calls).toEqual([]);
  });

  test('what was begun before its folder was frozen cannot be completed', async () => {
    const folder = `0/${runId}/artifacts/meanwhile`;
    await put(`${folder}/MLmodel`, 'x');
    const begun = await post(`${PROXY}/mpu/create/${folder}`, { path: 'late', num_parts: 1 });
    const uploadId = begun.json().upload_id;
    const source = `mlflow-artifacts:/${folder}`;
    await post(`${API}/model-versions/create`, { name: 'layer-count', source, run_id: runId });
    calls.length = 0;
    const completion = { path: 'late', upload_id: uploadId, parts };
    expect((await post(`${PROXY}/mpu/complete/${folder}`, completion)).statusCode).toBe(409);
    expect(calls).toEqual([]);
    const abortion = { path: 'late', upload_id: uploadId };
    expect((await post(`${PROXY}/mpu/abort/${folder}`, abortion)).statusCode).toBe(200);
  });

  test('a completed file is no longer taken for the one that came through us', async () => {
    await put(`0/${runId}/artifacts/m/later.bin`, 'old');
    const uploadId = await begin('later.bin');
    expect((await end('complete', 'later.bin', { upload_id: uploadId })).statusCode).toBe(200);
    const file = await get(`${PROXY}/artifacts/0/${runId}/artifacts/m/later.bin`);
    expect(file.headers['etag']).toBeUndefined();
  });

  test('files that lie in the store under its own URI have addresses, which frozen ones do not get', async () => {
    const made = await post(`${API}/runs/create`, { experiment_id: '0' });
    const directId = made.json().run.info.run_id;
    const folder = `0/${directId}/artifacts`;
    const lieAt = (uri: string) =>
      server.database.engine.transaction((db) =>
        db.updateTable('runs').set({ artifact_uri: uri }).where('run_uuid', '=', directId).execute(),
      );
    const presign = (kind: 'upload' | 'download', change = {}) =>
      post(`${API}/artifacts/presigned-${kind}-url`, { run_id: directId, path: 'a/x', ...change });
    await lieAt(`file://${server.root}/${folder}`);
    const presigned_url = 'https://store/x?signature';
    expect((await presign('upload')).json()).toEqual({ presigned_url, headers: { 'if-none-match': '*' } });
    expect((await presign('download')).json()).toEqual({ presigned_url, file_size: 7 });
    await presign('upload', { expiration: '60' });
    expect(calls).toEqual([
      ['upload', `${folder}/a/x`, 900],
      ['download', `${folder}/a/x`, 300],
      ['upload', `${folder}/a/x`, 60],
    ]);
    calls.length = 0;
    expect(told(await presign('upload', { path: '../x' }))).toEqual([400, 'Invalid path']);
    expect(told(await presign('download', { run_id: 'nope' }))).toEqual([404, 'Run with id=nope not found']);
    server.actAs({ ...LOCAL_ACTOR, grants: [] });
    for (const kind of ['upload', 'download'] as const)
      expect(told(await presign(kind))).toEqual([404, `Run with id=${directId} not found`]);
    server.actAs(LOCAL_ACTOR);
    await lieAt(`file://${server.root}/0/${runId}/artifacts/dir`);
    expect((await presign('upload')).statusCode).toBe(409);
    await lieAt('s3://elsewhere/x');
    for (const kind of ['upload', 'download'] as const)
      expect(told(await presign(kind))).toEqual([
        501,
        `Presigned ${kind} is not supported for the current artifact repository`,
      ]);
    expect(calls).toEqual([]);
  });

  test('a download has an address for five minutes', async () => {
    expect((await get(`${PROXY}/presigned/0/${runId}/artifacts/dir/a%20b.txt`)).json()).toEqual({
      url: 'https://store/x?signature',
      headers: {},
      file_size: 7,
    });
    expect(calls).toEqual([['download', `0/${runId}/artifacts/dir/a b.txt`, 300]]);
    expect((await get('/api/3.0/mlflow/server-info')).json().multipart_uploads_enabled).toBe(true);
  });
});
