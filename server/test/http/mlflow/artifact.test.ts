import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestApp, testApp } from '../../support/app.ts';

const ART = '/api/2.0/mlflow-artifacts/artifacts';
const sha256 = (text: string) => createHash('sha256').update(text).digest();

let server: TestApp;
beforeAll(async () => {
  server = await testApp();
});
afterAll(async () => {
  await server.close();
});

const put = (path: string, payload: string, headers: Record<string, string> = {}) =>
  server.app.inject({ method: 'PUT', url: `${ART}/${path}`, payload, headers });
const get = (path: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
  server.app.inject({ method, url: `${ART}/${path}`, headers });

describe('downloadArtifact', () => {
  test('a file comes back with its hash, as a download that no browser interprets', async () => {
    expect((await put('d/page.html', '<script>')).body).toBe('');
    const response = await get('d/page.html');
    expect([response.statusCode, response.body]).toEqual([200, '<script>']);
    expect(response.headers).toMatchObject({
      'content-type': 'text/html',
      'content-length': '8',
      'content-disposition': 'attachment; filename=page.html',
      'x-content-type-options': 'nosniff',
      'accept-ranges': 'bytes',
      etag: `"${sha256('<script>').toString('hex')}"`,
      'repr-digest': `sha-256=:${sha256('<script>').toString('base64')}:`,
      'last-modified': expect.stringMatching(/GMT$/),
    });
  });

  test('HEAD says the same without the bytes', async () => {
    await put('d/head.txt', 'text');
    const [whole, head] = [await get('d/head.txt'), await get('d/head.txt', {}, 'HEAD')];
    expect([head.statusCode, head.body]).toEqual([200, '']);
    for (const name of ['content-length', 'content-type', 'etag', 'content-disposition'])
      expect(head.headers[name]).toBe(whole.headers[name]);
  });

  test('neither sending a file nor fetching it is logged as a failure', async () => {
    await put('d/quiet.txt', 'text');
    await get('d/quiet.txt');
    const troubles = server.log.map((line) => JSON.parse(line)).filter(({ err }) => err !== undefined);
    expect(troubles).toEqual([]);
  });

  test('an empty file is a file', async () => {
    await put('d/empty', '');
    const response = await get('d/empty');
    expect([response.statusCode, response.body, response.headers['content-length']]).toEqual([200, '', '0']);
  });

  test('what the client has already is not sent again', async () => {
    await put('d/known', 'text');
    const etag = String((await get('d/known')).headers['etag']);
    for (const header of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const response = await get('d/known', { 'if-none-match': header });
      expect([response.statusCode, response.body, response.headers['etag']]).toEqual([304, '', etag]);
    }
    expect((await get('d/known', { 'if-none-match': '"x"' })).statusCode).toBe(200);
  });

  test('a range is sent of the file that the client has part of, else the whole', async () => {
    await put('d/part', 'abcdefghij');
    const etag = String((await get('d/part')).headers['etag']);
    const part = await get('d/part', { range: 'bytes=2-4', 'if-range': etag });
    expect([part.statusCode, part.body]).toEqual([206, 'cde']);
    expect(part.headers).toMatchObject({ 'content-range': 'bytes 2-4/10', 'content-length': '3' });
    expect((await get('d/part', { range: 'bytes=2-4', 'if-range': '"x"' })).body).toBe('abcdefghij');
    const beyond = await get('d/part', { range: 'bytes=10-' });
    expect([beyond.statusCode, beyond.headers['content-range']]).toEqual([416, 'bytes */10']);
  });
});

describe('listProxyArtifacts', () => {
  test('entries are names, sorted by their bytes, without sizes of folders and empty files, as in MLflow', async () => {
    for (const path of ['l/b.txt', 'l/B.txt', 'l/a/deep', 'l/%C3%BC']) await put(path, 'xyz');
    await put('l/empty', '');
    const list = async (query: string) => (await server.app.inject({ url: `${ART}${query}` })).json();
    expect(await list('?path=l')).toEqual({
      files: [
        { path: 'B.txt', is_dir: false, file_size: 3 },
        { path: 'a', is_dir: true },
        { path: 'b.txt', is_dir: false, file_size: 3 },
        { path: 'empty', is_dir: false },
        { path: 'ü', is_dir: false, file_size: 3 },
      ],
    });
    expect(await list('?path=l/b.txt')).toEqual({});
    expect(await list('?path=nothing')).toEqual({});
    expect((await list('')).files).toContainEqual({ path: 'l', is_dir: true });
    expect(await list('?path=')).toEqual(await list(''));
    await put('l2/a b', 'x');
    expect(await list('?path=l2')).toEqual({ files: [{ path: 'a b', is_dir: false, file_size: 1 }] });
    await put('a b/c', 'x');
    expect((await list('?path=a+b')).files).toHaveLength(1);
    expect((await list('?path=a%20b')).files).toHaveLength(1);
  });
});

describe('listArtifacts', () => {
  test("a run's files are shown with the run's address", async () => {
    const run = (
      await server.app.inject({
        method: 'POST',
        url: '/api/2.0/mlflow/runs/create',
        payload: { experiment_id: '0' },
      })
    ).json().run.info;
    const list = async (query: string) =>
      (await server.app.inject({ url: `/api/2.0/mlflow/artifacts/list?${query}` })).json();
    expect(await list(`run_id=${run.run_id}`)).toEqual({ root_uri: run.artifact_uri });
    await put(`0/${run.run_id}/artifacts/sub/f.txt`, 'abc');
    expect(await list(`run_uuid=${run.run_id}&path=`)).toEqual({
      root_uri: run.artifact_uri,
      files: [{ path: 'sub', is_dir: true }],
    });
    expect((await list(`run_id=${run.run_id}&path=sub`)).files).toEqual([
      { path: 'sub/f.txt', is_dir: false, file_size: 3 },
    ]);
    expect(await list('run_id=none')).toMatchObject({ message: 'Run with id=none not found' });
    expect(await list(`run_id=${run.run_id}&path=../x`)).toMatchObject({ message: 'Invalid path' });
  });
});

describe('uploadArtifact', () => {
  test('a declared digest that fits is accepted, in either header', async () => {
    const digest = sha256('text').toString('base64');
    for (const headers of [{ 'content-digest': `sha-256=:${digest}:` }, { 'x-amz-checksum-sha256': digest }])
      expect((await put('u/declared', 'text', headers)).statusCode).toBe(200);
  });
});
