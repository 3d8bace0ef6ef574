import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LOCAL_ACTOR } from '../../src/domain/actor.ts';
import { parseArtifactPath } from '../../src/domain/artifact-path.ts';
import { sealVersions } from '../../src/jobs/seal-versions.ts';
import { adoptModel } from '../../src/operations/adoption.ts';
import { deleteArtifact, putArtifact } from '../../src/operations/artifact.ts';
import { createLoggedModel } from '../../src/operations/logged-model.ts';
import { finalizeLoggedModel } from '../../src/operations/logged-model-finalization.ts';
import { createModelVersion } from '../../src/operations/model-version-registration.ts';
import { createRegisteredModel } from '../../src/operations/registered-model.ts';
import { createRun } from '../../src/operations/run.ts';
import { type TestDeps, testDeps } from '../support/deps.ts';
import type { StoreTarget } from '../support/store-targets.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

async function* body(text: string) {
  yield Buffer.from(text);
}

/** What the registry promises about the files of a registered version (v1-api section 2, Sealing). */
export function sealSuite(target: StoreTarget): void {
  describe(`sealing on ${target.name}`, () => {
    let deps: TestDeps;
    let runId: string;
    let folder: string;

    beforeEach(async () => {
      deps = await testDeps(target);
      await createRegisteredModel(deps, LOCAL_ACTOR, { name: 'm', tags: [], description: null });
      const run = await createRun(deps, LOCAL_ACTOR, {
        experimentId: 0,
        userId: '',
        name: '',
        startTimeMs: 0,
        tags: [],
      });
      runId = run.info.runId;
      folder = `0/${runId}/artifacts`;
    });
    afterEach(async () => {
      await deps.close();
    });

    const put = (path: string, text: string) =>
      putArtifact(deps, LOCAL_ACTOR, { path: parseArtifactPath(path), body: body(text), declaredSha256: [] });
    const register = (source: string, ids: { runId?: string; modelId?: string }) =>
      createModelVersion(deps, LOCAL_ACTOR, {
        name: 'm',
        source,
        runId: ids.runId,
        modelId: ids.modelId,
        tags: [],
        runLink: '',
        description: '',
      });
    const record = (version: number) => deps.store.read((reader) => reader.versionRecords.find('m', version));
    /** Writes a file past us, as an MLflow without us would. */
    const writeBehindOurBack = (path: string, text: string) => {
      const file = join(deps.root, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    };

    test('files that came through us are sealed at registration, with the digest that the manifest gives', async () => {
      await put(`${folder}/model/b.txt`, 'bb');
      await put(`${folder}/model/a/x.txt`, 'a');
      await register(`mlflow-artifacts:/${folder}/model`, { runId });
      const manifest = `[{"path":"a/x.txt","sha256":"${sha256('a')}","size_bytes":1},{"path":"b.txt","sha256":"${sha256('bb')}","size_bytes":2}]`;
      expect(await record(1)).toMatchObject({
        seal: 'sealed',
        digest: `sha256:${sha256(manifest)}`,
        sizeBytes: 3,
      });
    });

    test('a file of a manifest and the place of the frozen files are found by version', async () => {
      await put(`${folder}/model/b.txt`, 'bb');
      await register(`mlflow-artifacts:/${folder}/model`, { runId });
      const { modelId } = (await record(1)) ?? { modelId: '' };
      await deps.store.read(async ({ seals }) => {
        expect(await seals.findRoot(modelId, 1)).toBe(`${folder}/model`);
        expect(await seals.findRoot(modelId, 2)).toBeNull();
        const file = { path: 'b.txt', sizeBytes: 2, sha256: sha256('bb') };
        expect(await seals.findManifestFile(modelId, 1, 'b.txt')).toEqual(file);
        expect(await seals.findManifestFile(modelId, 1, 'b')).toBeNull();
      });
    });

    test('what is sealed cannot be written, replaced, added to or removed, nor can a folder above it', async () => {
      await put(`${folder}/model/a.txt`, 'a');
      await register(`runs:/${runId}/model`, { runId });
      for (const path of ['model/a.txt', 'model/new.txt', 'model'])
        await expect(put(`${folder}/${path}`, 'other'), path).rejects.toMatchObject({
          code: expect.stringMatching(/^artifact_(sealed|path_conflict)$/),
        });
      for (const path of [`${folder}/model/a.txt`, `${folder}/model`, folder, `0/${runId}`, '0'])
        await expect(deleteArtifact(deps, LOCAL_ACTOR, parseArtifactPath(path)), path).rejects.toMatchObject({
          code: 'artifact_sealed',
        });
      await put(`${folder}/plots/p.txt`, 'elsewhere in the run stays free');
    });

    test('the same bytes again are welcome and change nothing', async () => {
      await put(`${folder}/model/a.txt`, 'a');
      await register(`runs:/${runId}/model`, { runId });
      await expect(put(`${folder}/model/a.txt`, 'a')).resolves.toMatchObject({ sha256: sha256('a') });
    });

    test('an upload under way when the version is registered loses, or is part of what is sealed', async () => {
      await put(`${folder}/model/a.txt`, 'a');
      let release: () => void = () => undefined;
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      async function* slow() {
        yield Buffer.from('late');
        await held;
      }
      const upload = putArtifact(deps, LOCAL_ACTOR, {
        path: parseArtifactPath(`${folder}/model/a.txt`),
        body: slow(),
        declaredSha256: [],
      }).catch((error: unknown) => error);
      await register(`runs:/${runId}/model`, { runId });
      release();
      expect(await upload).toMatchObject({ code: 'artifact_sealed' });
      const opened = await deps.artifacts.open(parseArtifactPath(`${folder}/model/a.txt`));
      expect(await deps.digests.sha256Stream(opened.stream())).toBe(sha256('a'));
    });

    test('files that did not come through us are frozen at once and hashed by the job', async () => {
      writeBehindOurBack(`${folder}/model/a.txt`, 'a');
      await register(`runs:/${runId}/model`, { runId });
      expect(await record(1)).toMatchObject({ seal: 'pending', digest: null });
      await expect(put(`${folder}/model/b.txt`, 'b')).rejects.toMatchObject({ code: 'artifact_sealed' });
      await sealVersions.turn(deps);
      const manifest = `[{"path":"a.txt","sha256":"${sha256('a')}","size_bytes":1}]`;
      expect(await record(1)).toMatchObject({ seal: 'sealed', digest: `sha256:${sha256(manifest)}` });
    });

    test('a file that someone changed past us after the upload is hashed anew', async () => {
      await put(`${folder}/model/a.txt`, 'a');
      appendFileSync(join(deps.root, `${folder}/model/a.txt`), '!');
      await register(`runs:/${runId}/model`, { runId });
      expect(await record(1)).toMatchObject({ seal: 'pending' });
      await sealVersions.turn(deps);
      const manifest = `[{"path":"a.txt","sha256":"${sha256('a!')}","size_bytes":2}]`;
      expect(await record(1)).toMatchObject({ digest: `sha256:${sha256(manifest)}` });
    });

    test('a logged model that is still written to is frozen when it is finalized', async () => {
      const model = await createLoggedModel(deps, LOCAL_ACTOR, {
        experimentId: 0,
        name: 'lm',
        modelType: '',
        sourceRunId: runId,
        params: [],
        tags: [],
      });
      const root = `0/models/${model.modelId}/artifacts`;
      await put(`${root}/MLmodel`, 'flavors:\n  sklearn:\n    x: 1\n');
      await register(`models:/${model.modelId}`, { modelId: model.modelId });
      expect(await record(1)).toMatchObject({ seal: 'open' });
      await put(`${root}/model.pkl`, 'x');
      await finalizeLoggedModel(deps, LOCAL_ACTOR, { modelId: model.modelId, status: 'LOGGED_MODEL_READY' });
      expect(await record(1)).toMatchObject({ seal: 'sealed', sizeBytes: 30 });
      await expect(put(`${root}/model.pkl`, 'y')).rejects.toMatchObject({ code: 'artifact_sealed' });
    });

    test('the framework is read from the MLmodel, and marked as inferred', async () => {
      await put(`${folder}/model/MLmodel`, 'flavors:\n  python_function:\n    x: 1\n  xgboost:\n    y: 2\n');
      await register(`runs:/${runId}/model`, { runId });
      expect(await record(1)).toMatchObject({
        facts: { modelType: 'xgboost' },
        inferredFacts: ['model_type'],
      });
    });

    test('versions that MLflow made while we were away are frozen and sealed by the jobs', async () => {
      writeBehindOurBack(`${folder}/model/a.txt`, 'a');
      const insert = `insert into model_versions (name, version, creation_time, last_updated_time, current_stage, source, storage_location, status)
        values ('m', 1, 5, 5, 'None', 'x', 'mlflow-artifacts:/${folder}/model', 'READY'),
               ('m', 2, 5, 5, 'None', 's3://elsewhere/model', null, 'READY')`;
      await deps.database.engine.transaction(async (db) => {
        await sql.raw(insert).execute(db);
      });
      for await (const _step of adoptModel(deps, 'm'));
      await sealVersions.turn(deps);
      expect([(await record(1))?.seal, (await record(2))?.seal]).toEqual(['sealed', 'impossible']);
      await expect(put(`${folder}/model/b.txt`, 'b')).rejects.toMatchObject({ code: 'artifact_sealed' });
    });
  });
}
