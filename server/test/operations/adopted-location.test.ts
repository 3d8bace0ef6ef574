import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openFilesystemArtifactStore } from '../../src/artifacts/filesystem.ts';
import { LOCAL_ACTOR } from '../../src/domain/actor.ts';
import { parseArtifactPath } from '../../src/domain/artifact-path.ts';
import { sealVersions } from '../../src/jobs/seal-versions.ts';
import { putArtifact } from '../../src/operations/artifact.ts';
import { createLoggedModel } from '../../src/operations/logged-model.ts';
import { finalizeLoggedModel } from '../../src/operations/logged-model-finalization.ts';
import { createModelVersion } from '../../src/operations/model-version-registration.ts';
import type { ArtifactStore } from '../../src/operations/ports/artifact-store.ts';
import { createRegisteredModel } from '../../src/operations/registered-model.ts';
import { createRun } from '../../src/operations/run.ts';
import { listRunArtifacts } from '../../src/operations/run-artifact.ts';
import { openVersionFile } from '../../src/operations/version-file.ts';
import { type TestDeps, testDeps } from '../support/deps.ts';
import { s3Target, testPlace } from '../support/s3.ts';
import { storeTargets } from '../support/store-targets.ts';

interface Spelling {
  readonly artifacts: ArtifactStore;
  /** How MLflow writes a path below the root down. */
  uri(path: string): string;
  readonly elsewhere: string;
  cleanup(): Promise<void>;
}

const s3 = s3Target();
const at = parseArtifactPath;

async function folder(spell: (absolute: string) => string): Promise<Spelling> {
  const root = mkdtempSync(join(tmpdir(), 'registry-adopted-'));
  return {
    artifacts: await openFilesystemArtifactStore({ root, serverId: 'test', sweepAll: true }),
    uri: (path) => spell(join(root, path)),
    elsewhere: spell('/srv/elsewhere/1/artifacts'),
    cleanup: async () => rmSync(root, { recursive: true }),
  };
}

const spellings: [string, () => Promise<Spelling>][] = [
  ['plain paths', () => folder((absolute) => absolute)],
  ['file:/// URIs', () => folder((absolute) => pathToFileURL(absolute).href)],
];
if (s3 !== null)
  spellings.push([
    's3:// URIs',
    async () => {
      const place = await testPlace(s3, 'adopted');
      return {
        artifacts: await place.open(),
        uri: (path) => `s3://${place.options.bucket}/${place.options.prefix}/${path}`,
        elsewhere: 's3://other-bucket/1/artifacts',
        cleanup: () => place.clear(),
      };
    },
  ]);

describe.each(spellings)('runs and logged models that MLflow wrote with %s', (_, open) => {
  let spelling: Spelling;
  let own: TestDeps;
  let deps: Omit<TestDeps, 'close'>;

  beforeEach(async () => {
    spelling = await open();
    const [target] = storeTargets;
    if (target === undefined) throw new Error('no target');
    own = await testDeps(target);
    deps = { ...own, artifacts: spelling.artifacts };
    await createRegisteredModel(deps, LOCAL_ACTOR, { name: 'm', tags: [], description: null });
  });

  afterEach(async () => {
    await own.close();
    await spelling.cleanup();
  });

  async function* body(text: string) {
    yield Buffer.from(text);
  }
  const put = (path: string, text: string) =>
    putArtifact(deps, LOCAL_ACTOR, { path: at(path), body: body(text), declaredSha256: [] });
  const newRun = async (uri: (runId: string) => string) => {
    const nothing = { userId: '', name: '', startTimeMs: 0, tags: [] };
    const { info } = await createRun(deps, LOCAL_ACTOR, { experimentId: 0, ...nothing });
    const { db } = own.database.engine;
    await db
      .updateTable('runs')
      .set({ artifact_uri: uri(info.runId) })
      .where('run_uuid', '=', info.runId)
      .execute();
    return info.runId;
  };
  const register = (source: string, ids: { runId?: string; modelId?: string }) =>
    createModelVersion(deps, LOCAL_ACTOR, {
      ...{ name: 'm', source, runId: ids.runId, modelId: ids.modelId },
      ...{ tags: [], runLink: '', description: '' },
    });
  const sealOf = async (version: number) =>
    (await deps.store.read((reader) => reader.versionRecords.find('m', version)))?.seal;
  const readFile = async (version: number, path: string) => {
    const reference = { by: 'number' as const, version };
    const { file } = await openVersionFile(deps, LOCAL_ACTOR, { name: 'm', reference, path: at(path) });
    const chunks: Buffer[] = [];
    for await (const chunk of file.stream()) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks).toString();
  };

  test('their files are listed, registered, sealed and read', async () => {
    const runId = await newRun((id) => spelling.uri(`0/${id}/artifacts`));
    await put(`0/${runId}/artifacts/model/MLmodel`, 'flavors');
    const { files } = await listRunArtifacts(deps, LOCAL_ACTOR, { runId, path: at('model') });
    expect(files).toEqual([{ path: 'model/MLmodel', isDirectory: false, sizeBytes: 7 }]);
    for (const source of [spelling.uri(`0/${runId}/artifacts/model`), `runs:/${runId}/model`]) {
      const { version } = await register(source, { runId });
      expect([await sealOf(version), await readFile(version, 'MLmodel')]).toEqual(['sealed', 'flavors']);
    }
  });

  test('a logged model is frozen when it is finalized', async () => {
    const { modelId } = await createLoggedModel(deps, LOCAL_ACTOR, {
      ...{ experimentId: 0, name: 'l', modelType: '', sourceRunId: '', params: [], tags: [] },
    });
    const path = `0/models/${modelId}/artifacts`;
    const { db } = own.database.engine;
    await db
      .updateTable('logged_models')
      .set({ artifact_location: spelling.uri(path) })
      .where('model_id', '=', modelId)
      .execute();
    await register(`models:/${modelId}`, { modelId });
    await put(`${path}/MLmodel`, 'flavors');
    expect(await sealOf(1)).toBe('open');
    await finalizeLoggedModel(deps, LOCAL_ACTOR, { modelId, status: 'LOGGED_MODEL_READY' });
    expect([await sealOf(1), await readFile(1, 'MLmodel')]).toEqual(['sealed', 'flavors']);
  });

  test('a pointer into the files of another run is never sealed and never opened', async () => {
    const runId = await newRun((id) => spelling.uri(`0/${id}/artifacts`));
    const other = await newRun((id) => spelling.uri(`0/${id}/artifacts`));
    await put(`0/${other}/artifacts/model/MLmodel`, 'secret');
    const source = spelling.uri(`0/${other}/artifacts/model`);
    if (!source.startsWith('s3:')) {
      for (const ids of [{}, { runId }])
        await expect(register(source, ids)).rejects.toMatchObject({ code: 'invalid_argument' });
      return;
    }
    for (const ids of [{}, { runId }]) {
      const { version } = await register(source, ids);
      await sealVersions.turn(deps);
      expect(await sealOf(version)).toBe('impossible');
      await expect(readFile(version, 'MLmodel')).rejects.toMatchObject({ code: 'resource_not_found' });
    }
  });

  test('files that lie elsewhere stay out of reach', async () => {
    const runId = await newRun(() => spelling.elsewhere);
    await expect(listRunArtifacts(deps, LOCAL_ACTOR, { runId, path: null })).rejects.toMatchObject({
      code: 'invalid_argument',
    });
    await register(`${spelling.elsewhere}/model`, { runId });
    expect(await sealOf(1)).toBe('impossible');
    await expect(readFile(1, 'MLmodel')).rejects.toMatchObject({ code: 'resource_not_found' });
  });
});
