import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Actor } from '../../../src/domain/actor.ts';
import { LOCAL_ACTOR } from '../../../src/domain/actor.ts';
import { parseArtifactPath } from '../../../src/domain/artifact-path.ts';
import { addVersionFile } from '../../../src/operations/version-file.ts';
import { sealVersion } from '../../../src/operations/version-seal.ts';
import { paths, problemOf, type V1Client, v1Client } from './v1-client.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const FILES = '/models/m/versions/1/files';

const EMPTY_DIGEST = `sha256:${sha256('[]')}`;

function actor(...grants: Actor['grants'][number][]): Actor {
  return { ...LOCAL_ACTOR, subjectId: 'someone', displayName: 'someone', grants };
}

const put = (v1: V1Client, path: string, body: string, headers = {}) =>
  v1.send('PUT', `${FILES}/${path}`, { body, headers });

/** Where the files of version 1 lie, below the artifact root. */
async function folderOf(v1: V1Client): Promise<string> {
  const { source } = (await v1.get('/models/m/versions/1')).body;
  return String(source).replace('mlflow-artifacts:/', '');
}

describe('putFile', () => {
  test('a file comes below the source of the version, and is there for MLflow, too', async () => {
    await using v1 = await v1Client();
    await v1.register('m');
    const answer = await put(v1, 'data/weights.bin', 'abc');
    expect(answer.body).toEqual({
      success: true,
      model_name: 'm',
      version: 1,
      path: 'data/weights.bin',
      size_bytes: 3,
      sha256: sha256('abc'),
    });
    expect(answer.headers['etag']).toBe(`"${sha256('abc')}"`);
    const proxied = `/api/2.0/mlflow-artifacts/artifacts/${await folderOf(v1)}/data/weights.bin`;
    expect((await v1.server.app.inject({ method: 'GET', url: proxied })).body).toBe('abc');
  });

  test('a sealed version takes no file, but the same bytes again are fine', async () => {
    await using v1 = await v1Client();
    await v1.register('m');
    await put(v1, 'a', 'one');
    expect((await v1.send('POST', '/models/m/versions/1/seal')).body['seal']).toBe('sealed');
    for (const [path, text] of [
      ['b', 'two'],
      ['a', 'changed'],
    ] as const)
      expect(problemOf(await put(v1, path, text))).toEqual({
        status: 409,
        code: 'version_sealed',
        detail: 'm version 1 is sealed, so its files do not change; register a new version.',
      });
    expect((await put(v1, 'a', 'one')).status).toBe(200);
    expect((await v1.get(`${FILES}/a`)).text).toBe('one');
  });

  test('an upload that is under way when the version is sealed loses', async () => {
    await using v1 = await v1Client();
    await v1.register('m');
    const { deps } = v1.server;
    const version = { name: 'm', reference: { by: 'number', version: 1 } } as const;
    async function* slowly() {
      yield Buffer.from('la');
      await sealVersion(deps, LOCAL_ACTOR, version);
      yield Buffer.from('te');
    }
    const upload = { ...version, path: parseArtifactPath('late'), body: slowly(), declaredSha256: [] };
    await expect(addVersionFile(deps, LOCAL_ACTOR, upload)).rejects.toMatchObject({ code: 'version_sealed' });
    expect((await v1.get(FILES)).body).toMatchObject({ sealed: true, digest: EMPTY_DIGEST, files: [] });
    expect(problemOf(await v1.get(`${FILES}/late`)).code).toBe('artifact_not_found');
  });

  test('a path that another version froze is refused in its name', async () => {
    await using v1 = await v1Client();
    const { body } = await v1.register('m');
    await put(v1, 'a', 'one');
    await v1.register('other', { source: `runs:/${body['run_id']}/model` });
    const answer = await put(v1, 'b', 'two');
    expect(problemOf(answer)).toMatchObject({ status: 409, code: 'artifact_sealed' });
    expect(answer.body['detail']).toContain('other version 1');
  });

  test('a version whose files are elsewhere takes none, and has none to give', async () => {
    await using v1 = await v1Client();
    await v1.register('m', { source: 's3://bucket/model' });
    expect(problemOf(await put(v1, 'a', 'one'))).toMatchObject({ status: 409, code: 'version_sealed' });
    expect(problemOf(await v1.get(`${FILES}/a`))).toMatchObject({
      status: 404,
      code: 'resource_not_found',
      detail: 'm version 1 has no files that this registry holds; its source is s3://bucket/model.',
    });
  });

  test('what does not have the declared digest is not kept', async () => {
    await using v1 = await v1Client();
    await v1.register('m');
    const digest = createHash('sha256').update('other').digest('base64');
    const answer = await put(v1, 'a', 'one', { 'content-digest': `sha-256=:${digest}:` });
    expect(problemOf(answer)).toMatchObject({ status: 400, code: 'artifact_digest_mismatch' });
    expect(problemOf(await v1.get(`${FILES}/a`)).code).toBe('artifact_not_found');
  });

  test('a path that frees itself from the version is refused', async () => {
    await using v1 = await v1Client();
    await v1.register('m');
    for (const path of [
      '..%2Fa',
      'a/..%2f..%2fb',
      '%2e%2e%2fa',
      'a%00',
      '%252e%252e%252fa',
      'a%5Cb',
      '',
      '%zz',
    ])
      for (const method of ['PUT', 'GET']) {
        const answer = await v1.send(method, `${FILES}/${path}`, { ...(method === 'PUT' && { body: 'x' }) });
        expect(problemOf(answer), `${method} ${path}`).toMatchObject({
          status: 400,
          code: 'invalid_argument',
        });
      }
    expect(paths(await v1.get(`${FILES}/a%5Cb`))).toEqual(['path']);
    expect(paths(await v1.get(`${FILES}/a?x=1`))).toEqual(['x']);
    expect(problemOf(await v1.get('/models/absent/versions/1/files/..%2Fa')).code).toBe('model_not_found');
  });

  test('a path that is a file cannot become a folder', async () => {
    await using v1 = await v1Client();
    await v1.register('m');
    await put(v1, 'a', 'one');
    expect(problemOf(await put(v1, 'a/b', 'two'))).toMatchObject({
      status: 409,
      code: 'artifact_path_conflict',
    });
  });

  test('it takes the right to write to the model and to its experiment', async () => {
    await using v1 = await v1Client();
    await v1.register('m');
    const model = { role: 'writer', resource: 'model', pattern: 'm' } as const;
    v1.server.actAs(actor());
    expect(problemOf(await put(v1, 'a', 'one')).code).toBe('model_not_found');
    v1.server.actAs(actor({ ...model, role: 'reader' }));
    expect(problemOf(await put(v1, 'a', 'one'))).toMatchObject({ status: 403, code: 'permission_denied' });
    expect(problemOf(await v1.send('POST', '/models/m/versions/1/seal')).status).toBe(403);
    v1.server.actAs(actor(model, { role: 'reader', resource: 'experiment', pattern: 'm' }));
    expect(problemOf(await put(v1, 'a', 'one')).status).toBe(403);
    v1.server.actAs(actor(model, { role: 'writer', resource: 'experiment', pattern: 'm' }));
    expect((await put(v1, 'a', 'one')).status).toBe(200);
  });
});

describe('getFile', () => {
  async function sealed(): Promise<V1Client> {
    const v1 = await v1Client();
    await v1.register('m');
    await put(v1, 'model.bin', '0123456789');
    await v1.send('POST', '/models/m/versions/1/seal');
    return v1;
  }

  test('streams the file with its hash, a range of it, or nothing to who has it', async () => {
    await using v1 = await sealed();
    const etag = `"${sha256('0123456789')}"`;
    const whole = await v1.get(`${FILES}/model.bin`);
    expect(whole).toMatchObject({ status: 200, text: '0123456789' });
    expect(whole.headers).toMatchObject({
      etag,
      'content-length': '10',
      'accept-ranges': 'bytes',
      'content-disposition': expect.stringContaining('model.bin'),
      'x-content-type-options': 'nosniff',
    });
    const ranged = await v1.send('GET', `${FILES}/model.bin`, { headers: { range: 'bytes=2-4' } });
    expect(ranged).toMatchObject({ status: 206, text: '234' });
    expect(ranged.headers['content-range']).toBe('bytes 2-4/10');
    const known = await v1.send('GET', `${FILES}/model.bin`, { headers: { 'if-none-match': etag } });
    expect(known).toMatchObject({ status: 304, text: '' });
    const beyond = await v1.send('GET', `${FILES}/model.bin`, { headers: { range: 'bytes=10-' } });
    expect(problemOf(beyond)).toMatchObject({ status: 416, code: 'range_not_satisfiable' });
    const head = await v1.send('HEAD', `${FILES}/model.bin`);
    expect(head).toMatchObject({ status: 200, text: '' });
    expect(head.headers).toMatchObject({ etag, 'content-length': '10' });
  });

  test('of a sealed version only the files of its manifest are there', async () => {
    await using v1 = await sealed();
    writeFileSync(join(v1.server.root, await folderOf(v1), 'stowaway'), 'x');
    for (const path of ['stowaway', 'absent'])
      expect(problemOf(await v1.get(`${FILES}/${path}`))).toMatchObject({
        status: 404,
        code: 'artifact_not_found',
      });
  });

  test('a sealed file that someone changed past us is not passed off as the sealed one', async () => {
    await using v1 = await sealed();
    appendFileSync(join(v1.server.root, await folderOf(v1), 'model.bin'), 'more');
    expect(problemOf(await v1.get(`${FILES}/model.bin`))).toMatchObject({
      status: 409,
      code: 'resource_conflict',
    });
    writeFileSync(join(v1.server.root, await folderOf(v1), 'model.bin'), 'abcdefghij');
    expect((await v1.get(`${FILES}/model.bin`)).headers).not.toHaveProperty('etag');
  });

  test('a source that is one file is found under its own name', async () => {
    await using v1 = await v1Client();
    const { body } = await v1.register('origin');
    await v1.server.app.inject({
      method: 'PUT',
      url: `/api/2.0/mlflow-artifacts/artifacts/1/${body['run_id']}/artifacts/model.onnx`,
      payload: Buffer.from('onnx'),
    });
    await v1.register('m', { source: `runs:/${body['run_id']}/model.onnx` });
    expect((await v1.get(FILES)).body['files']).toMatchObject([{ path: 'model.onnx' }]);
    expect((await v1.get(`${FILES}/model.onnx`)).text).toBe('onnx');
    expect(problemOf(await v1.get(`${FILES}/model.onnx/model.onnx`)).code).toBe('artifact_not_found');
  });

  test('a frozen file is read by right on the model alone, an open one by right on its experiment', async () => {
    await using v1 = await v1Client();
    await v1.register('m');
    await put(v1, 'a', 'one');
    const reader = actor({ role: 'reader', resource: 'model', pattern: 'm' });
    v1.server.actAs(reader);
    expect(problemOf(await v1.get(`${FILES}/a`)).code).toBe('artifact_not_found');
    v1.server.actAs(LOCAL_ACTOR);
    await v1.send('POST', '/models/m/versions/1/seal');
    v1.server.actAs(reader);
    expect((await v1.get(`${FILES}/a`)).text).toBe('one');
    v1.server.actAs(actor());
    expect(problemOf(await v1.get(`${FILES}/a`)).code).toBe('model_not_found');
  });

  test('folders, other methods and deleted versions are told apart', async () => {
    await using v1 = await v1Client();
    await v1.register('m');
    await put(v1, 'folder/a', 'one');
    expect(problemOf(await v1.get(`${FILES}/folder`))).toMatchObject({
      status: 400,
      code: 'artifact_is_directory',
    });
    const wrong = await v1.send('DELETE', `${FILES}/folder/a`);
    expect(wrong).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, PUT' } });
    await v1.send('DELETE', '/models/m/versions/1');
    expect((await v1.get(`${FILES}/folder/a`)).status).toBe(410);
    expect((await put(v1, 'b', 'two')).status).toBe(410);
  });
});

describe('sealVersion', () => {
  test('freezes what is there, with the digest of the manifest, and again changes nothing', async () => {
    await using v1 = await v1Client();
    await v1.register('m');
    await put(v1, 'a', 'one');
    const first = await v1.send('POST', '/models/m/versions/1/seal');
    const { digest, files } = (await v1.get(FILES)).body;
    expect(files).toEqual([{ path: 'a', size_bytes: 3, sha256: sha256('one') }]);
    expect(first.body).toEqual({
      success: true,
      model_name: 'm',
      version: 1,
      semantic_version: '1.0.0',
      digest,
      seal: 'sealed',
      sealed: true,
      message: 'm version 1 is sealed',
    });
    v1.server.clock.advance(1_000);
    expect((await v1.send('POST', '/models/m/versions/1.0.0/seal')).body).toEqual(first.body);
  });

  test('a version without files has the digest of an empty list', async () => {
    await using v1 = await v1Client();
    await v1.register('m');
    expect((await v1.send('POST', '/models/m/versions/1/seal')).body['digest']).toBe(EMPTY_DIGEST);
    expect(problemOf(await put(v1, 'a', 'one')).code).toBe('version_sealed');
  });

  test('files that came past us are frozen now and hashed later', async () => {
    await using v1 = await v1Client();
    await v1.register('m');
    const file = join(v1.server.root, await folderOf(v1), 'a');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'one');
    expect((await v1.send('POST', '/models/m/versions/1/seal')).body).toMatchObject({
      seal: 'pending',
      sealed: false,
      digest: null,
      message: 'm version 1 is frozen and is being sealed',
    });
    expect(problemOf(await put(v1, 'a', 'two'))).toMatchObject({
      code: 'version_sealed',
      detail: 'm version 1 is being sealed, so its files do not change; register a new version.',
    });
    expect((await v1.get(`${FILES}/a`)).text).toBe('one');
    expect((await v1.send('POST', '/models/m/versions/1/seal')).body['seal']).toBe('pending');
  });

  test('a version whose files are elsewhere cannot be sealed', async () => {
    await using v1 = await v1Client();
    await v1.register('m', { source: 's3://bucket/model' });
    expect(problemOf(await v1.send('POST', '/models/m/versions/1/seal'))).toMatchObject({
      status: 409,
      code: 'resource_conflict',
    });
  });
});
