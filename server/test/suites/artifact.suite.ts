import { describe, expect, test } from 'vitest';
import { type Actor, LOCAL_ACTOR } from '../../src/domain/actor.ts';
import { parseArtifactPath } from '../../src/domain/artifact-path.ts';
import {
  deleteArtifact,
  listProxyArtifacts,
  openArtifact,
  putArtifact,
} from '../../src/operations/artifact.ts';
import { createExperiment } from '../../src/operations/experiment.ts';
import { createRun } from '../../src/operations/run.ts';
import { listRunArtifacts } from '../../src/operations/run-artifact.ts';
import { type TestDeps, testDeps } from '../support/deps.ts';
import type { StoreTarget } from '../support/store-targets.ts';

/** The promises of files that come and go through us, with the records of one engine. */
export function artifactSuite(target: StoreTarget): void {
  describe(`artifacts with records on ${target.name}`, () => {
    frozen(target);
    racing(target);
    rights(target);
    ofRuns(target);
  });
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

async function open(target: StoreTarget) {
  const deps = await testDeps(target);
  const put = (path: string, body: string | AsyncIterable<Uint8Array>, actor = LOCAL_ACTOR) =>
    putArtifact(deps, actor, {
      path: parseArtifactPath(path),
      body: typeof body === 'string' ? once(body) : body,
      declaredSha256: [],
    });
  const read = async (path: string, actor = LOCAL_ACTOR) => {
    const { file, sha256 } = await openArtifact(deps, actor, parseArtifactPath(path));
    const chunks: Buffer[] = [];
    for await (const chunk of file.stream()) chunks.push(chunk as Buffer);
    return { text: Buffer.concat(chunks).toString(), sha256 };
  };
  const remove = (path: string, actor = LOCAL_ACTOR) => deleteArtifact(deps, actor, parseArtifactPath(path));
  const rows = async () =>
    (
      await deps.database.engine.db.selectFrom('registry_artifacts').select('path').orderBy('path').execute()
    ).map(({ path }) => path);
  return { deps, put, read, remove, rows, [Symbol.asyncDispose]: () => deps.close() };
}

/** Freezes a path as the registration of a version does. */
async function freeze(deps: TestDeps, path: string, name = 'layers'): Promise<void> {
  await deps.store.write(async (writer) => {
    const modelId = deps.ids.uuid();
    await writer.versionRecords.insertIdentity({
      modelId,
      name,
      mlflowCreatedAtMs: 1,
      adoptedThrough: 1,
      kind: 'model',
      nowMs: 1,
      createdBy: 'local',
    });
    await writer.seals.lockTree(parseArtifactPath(path), 'freeze');
    await writer.seals.freeze(parseArtifactPath(path), modelId, 1);
  });
}

function frozen(target: StoreTarget): void {
  test('a frozen file takes the same bytes again and no others; its neighbours stay free', async () => {
    await using here = await open(target);
    await here.put('0/r/artifacts/model/MLmodel', 'bytes');
    await freeze(here.deps, '0/r/artifacts/model');
    await here.put('0/r/artifacts/model/MLmodel', 'bytes');
    const sealed = { code: 'artifact_sealed', params: { sealedBy: 'layers version 1' } };
    await expect(here.put('0/r/artifacts/model/MLmodel', 'other')).rejects.toMatchObject(sealed);
    await expect(here.put('0/r/artifacts/model/new', 'bytes')).rejects.toMatchObject(sealed);
    await here.put('0/r/artifacts/model2', 'free');
    await here.put('0/r/artifacts/mode', 'free');
    expect((await here.read('0/r/artifacts/model/MLmodel')).text).toBe('bytes');
    expect(await here.rows()).toEqual([
      '0/r/artifacts/mode',
      '0/r/artifacts/model/MLmodel',
      '0/r/artifacts/model2',
    ]);
  });

  test('nothing at, above or below a frozen path can be removed', async () => {
    await using here = await open(target);
    await here.put('0/r/artifacts/model/data/weights', 'bytes');
    await here.put('0/r/artifacts/plot.png', 'free');
    await freeze(here.deps, '0/r/artifacts/model');
    for (const path of ['0', '0/r', '0/r/artifacts', '0/r/artifacts/model', '0/r/artifacts/model/data'])
      await expect(here.remove(path)).rejects.toMatchObject({ code: 'artifact_sealed' });
    await here.remove('0/r/artifacts/plot.png');
    expect((await here.read('0/r/artifacts/model/data/weights')).text).toBe('bytes');
    expect(await here.rows()).toEqual(['0/r/artifacts/model/data/weights']);
  });

  test('an upload that was under way when its path was frozen loses, and leaves nothing', async () => {
    await using here = await open(target);
    async function* slow() {
      yield Buffer.from('be');
      await freeze(here.deps, '0/r/artifacts/model');
      yield Buffer.from('gin');
    }
    await expect(here.put('0/r/artifacts/model/late', slow())).rejects.toMatchObject({
      code: 'artifact_sealed',
    });
    expect(await here.deps.artifacts.list(parseArtifactPath('0/r/artifacts/model'))).toEqual([]);
    expect(await here.rows()).toEqual([]);
  });
}

function racing(target: StoreTarget): void {
  test('of uploads to one path at the same time one stays, whole, and its record with it', async () => {
    await using here = await open(target);
    const texts = Array.from({ length: 12 }, (_, index) => `${index}`.repeat(1_000 + index));
    await Promise.all(texts.map((text) => here.put('0/r/artifacts/f', text)));
    const { text, sha256 } = await here.read('0/r/artifacts/f');
    expect(texts).toContain(text);
    expect(sha256).toBe(here.deps.digests.sha256(text));
  });

  test('a file that somebody changed past us has no known hash', async () => {
    await using here = await open(target);
    const first = await here.put('0/r/artifacts/f', 'ours');
    expect((await here.read('0/r/artifacts/f')).sha256).toBe(first.sha256);
    const other = await here.deps.artifacts.stage(
      parseArtifactPath('0/r/artifacts/f'),
      once('somebody else'),
    );
    await other.publish();
    expect(await here.read('0/r/artifacts/f')).toEqual({ text: 'somebody else', sha256: null });
  });
}

function rights(target: StoreTarget): void {
  const who = (grants: Actor['grants']): Actor => ({
    ...LOCAL_ACTOR,
    subjectId: 'who',
    kind: 'user',
    grants,
  });

  test('a path belongs to the experiment of its first segment, and others to nobody but who may do all', async () => {
    await using here = await open(target);
    const mine = await createExperiment(here.deps, LOCAL_ACTOR, {
      name: 'mine',
      artifactLocation: null,
      tags: [],
    });
    const theirs = await createExperiment(here.deps, LOCAL_ACTOR, {
      name: 'theirs',
      artifactLocation: null,
      tags: [],
    });
    const writer = who([{ role: 'writer', resource: 'experiment', pattern: 'mine' }]);
    await here.put(`${mine}/r/artifacts/f`, 'x', writer);
    expect((await here.read(`${mine}/r/artifacts/f`, writer)).text).toBe('x');
    await expect(here.remove(`${mine}/r/artifacts/f`, writer)).rejects.toMatchObject({
      code: 'permission_denied',
    });
    await here.put(`${theirs}/r/artifacts/f`, 'secret');
    for (const path of [`${theirs}/r/artifacts/f`, `0${mine}/r/f`, '9999/r/f', 'misc/f'])
      await expect(here.put(path, 'x', writer)).rejects.toMatchObject({ code: 'artifact_not_found' });
    await expect(here.read(`${theirs}/r/artifacts/f`, writer)).rejects.toMatchObject({
      code: 'artifact_not_found',
    });
    await expect(here.remove(`${theirs}/r`, writer)).rejects.toMatchObject({ code: 'artifact_not_found' });
    expect(await listProxyArtifacts(here.deps, writer, parseArtifactPath(`${theirs}/r/artifacts`))).toEqual(
      [],
    );
    expect((await listProxyArtifacts(here.deps, writer, null)).map(({ name }) => name)).toEqual([`${mine}`]);
    expect(await here.rows()).toEqual([`${mine}/r/artifacts/f`, `${theirs}/r/artifacts/f`]);
  });

  test('a refused upload is refused before its body is read', async () => {
    await using here = await open(target);
    let started = false;
    async function* body() {
      started = true;
      yield Buffer.from('x');
    }
    await expect(here.put('0/r/f', body(), who([]))).rejects.toMatchObject({ code: 'artifact_not_found' });
    expect(started).toBe(false);
  });

  test('who may read a registered model may read the files frozen for it, and no others', async () => {
    await using here = await open(target);
    await here.put('0/r/artifacts/model/MLmodel', 'x');
    await here.put('0/r/artifacts/other', 'x');
    await freeze(here.deps, '0/r/artifacts/model', 'layers');
    const reader = who([{ role: 'reader', resource: 'model', pattern: 'lay*' }]);
    expect((await here.read('0/r/artifacts/model/MLmodel', reader)).text).toBe('x');
    expect(
      await listProxyArtifacts(here.deps, reader, parseArtifactPath('0/r/artifacts/model')),
    ).toHaveLength(1);
    for (const path of ['0/r/artifacts/other', '0/r/artifacts/model2'])
      await expect(here.read(path, reader)).rejects.toMatchObject({ code: 'artifact_not_found' });
    expect(await listProxyArtifacts(here.deps, reader, parseArtifactPath('0/r/artifacts'))).toEqual([]);
  });

  test('a run whose location points at the files of another experiment gives no right to list them', async () => {
    await using here = await open(target);
    const secret = await createExperiment(here.deps, LOCAL_ACTOR, {
      name: 's',
      artifactLocation: null,
      tags: [],
    });
    await here.put(`${secret}/r/artifacts/f`, 'x');
    const owner = who([{ role: 'writer', resource: 'experiment', pattern: 'mine' }]);
    const mine = await createExperiment(here.deps, owner, {
      name: 'mine',
      artifactLocation: `mlflow-artifacts:/${secret}`,
      tags: [],
    });
    const run = await createRun(here.deps, owner, {
      experimentId: mine,
      userId: '',
      name: '',
      startTimeMs: 0,
      tags: [],
    });
    await here.put(`${secret}/${run.info.runId}/artifacts/f`, 'x');
    const listed = await listRunArtifacts(here.deps, owner, { runId: run.info.runId, path: null });
    expect(listed.files).toEqual([]);
  });
}

function ofRuns(target: StoreTarget): void {
  test("a run's files are listed by their paths within it", async () => {
    await using here = await open(target);
    const run = await createRun(here.deps, LOCAL_ACTOR, {
      experimentId: 0,
      userId: '',
      name: '',
      startTimeMs: 0,
      tags: [],
    });
    const { runId } = run.info;
    const list = (path: string | null) =>
      listRunArtifacts(here.deps, LOCAL_ACTOR, {
        runId,
        path: path === null ? null : parseArtifactPath(path),
      });
    const rootUri = `mlflow-artifacts:/0/${runId}/artifacts`;
    expect(await list(null)).toEqual({ rootUri, files: [] });
    await here.put(`0/${runId}/artifacts/sub/f.txt`, 'abc');
    await here.put(`0/${runId}/artifacts/e.txt`, '');
    expect(await list(null)).toEqual({
      rootUri,
      files: [
        { path: 'e.txt', isDirectory: false, sizeBytes: 0 },
        { path: 'sub', isDirectory: true, sizeBytes: 0 },
      ],
    });
    expect((await list('sub/')).files).toEqual([{ path: 'sub/f.txt', isDirectory: false, sizeBytes: 3 }]);
    expect((await list('sub/f.txt')).files).toEqual([]);
    expect((await list('none')).files).toEqual([]);
    await expect(
      listRunArtifacts(here.deps, LOCAL_ACTOR, { runId: 'none', path: null }),
    ).rejects.toMatchObject({
      code: 'run_not_found',
    });
  });

  test('files that lie elsewhere are not looked for', async () => {
    await using here = await open(target);
    const experimentId = await createExperiment(here.deps, LOCAL_ACTOR, {
      name: 'far',
      artifactLocation: 's3://bucket/x',
      tags: [],
    });
    const run = await createRun(here.deps, LOCAL_ACTOR, {
      experimentId,
      userId: '',
      name: '',
      startTimeMs: 0,
      tags: [],
    });
    await expect(
      listRunArtifacts(here.deps, LOCAL_ACTOR, { runId: run.info.runId, path: null }),
    ).rejects.toMatchObject({ code: 'invalid_argument' });
  });
}
