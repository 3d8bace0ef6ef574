import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { randomIds } from '../../../src/host/ids.ts';
import { noteFileUses } from '../../../src/jobs/note-file-uses.ts';
import { retainVersions } from '../../../src/jobs/retain-versions.ts';
import { sealVersions } from '../../../src/jobs/seal-versions.ts';
import { verifyVersions } from '../../../src/jobs/verify-versions.ts';
import type { RetentionSettings } from '../../../src/operations/ports/retention-settings.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { scrape } from '../../support/scrape.ts';
import { storeTargets } from '../../support/store-targets.ts';
import { People } from './people.ts';

const DAY_MS = 86_400_000;
const MLFLOW = '/api/2.0/mlflow';

for (const target of storeTargets.filter(({ name }) => name !== 'SQLite file'))
  describe(`purging, on ${target.name}`, () => {
    let server: TestApp;
    let people: People;
    let settings: { -readonly [K in keyof RetentionSettings]: RetentionSettings[K] };
    /** Of the one run of each test. */
    let run: { id: string; path: string };

    beforeEach(async () => {
      settings = {
        // In development nothing's time runs out here.
        periods: {
          development: 9_999 * DAY_MS,
          staging: 90 * DAY_MS,
          production: 365 * DAY_MS,
          archived: 100 * DAY_MS,
        },
        purge: true,
        graceMs: 3 * DAY_MS,
        maxShare: 1,
      };
      server = await testApp({ target, parts: { ids: randomIds, retention: settings } });
      people = new People(server);
      await people.add({ ada: { role: 'writer' }, cia: { role: 'approver' }, root: { role: 'admin' } });
      const made = await ok('POST', `${MLFLOW}/runs/create`, { experiment_id: '0' });
      const { run_id: id, artifact_uri: uri } = made.run.info;
      run = { id, path: uri.replace(/^mlflow-artifacts:\//, '') };
    });
    afterEach(() => server.close());

    async function ok(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, payload?: object) {
      const answer = await people.as('root', method, url, payload);
      expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
      return answer.body;
    }
    async function upload(path: string, text: string): Promise<number> {
      const url = `/api/2.0/mlflow-artifacts/artifacts/${run.path}/${path}`;
      const headers = { 'content-type': 'application/octet-stream' };
      server.actAs(people.actor('root'));
      return (await server.app.inject({ method: 'PUT', url, headers, payload: text })).statusCode;
    }
    /** A second after whatever was before. */
    async function register(source: string, name = 'm'): Promise<number> {
      server.clock.advance(1_000);
      const body = {
        model_name: name,
        model_type: 'custom',
        source: `runs:/${run.id}/${source}`,
        run_id: run.id,
      };
      return (await ok('POST', '/api/v1/models/register', body)).version;
    }
    const archive = (version: number, name = 'm') =>
      ok('POST', '/api/v1/models/transition', { model_name: name, version, new_stage: 'archived' });
    async function runJob(): Promise<void> {
      while ((await retainVersions.turn(server.deps)).more);
    }
    /** Marks all that is due. */
    async function mark(): Promise<void> {
      const { plan } = await ok('POST', '/api/v1/retention/plans');
      const { plan: applied } = await ok('POST', `/api/v1/retention/plans/${plan.id}/apply`, {
        digest: plan.digest,
      });
      expect(applied.left_out).toBe(0);
    }
    async function purgeAll(): Promise<void> {
      server.clock.advance(101 * DAY_MS);
      await mark();
      server.clock.advance(3 * DAY_MS);
      await runJob();
    }
    const read = (version: number, path = '', name = 'm') =>
      people.as('root', 'GET', `/api/v1/models/${name}/versions/${version}${path}`);
    const onDisk = () =>
      readdirSync(server.root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).split(`${run.id}/artifacts/`)[1])
        .sort();
    const eventsOf = async (action: string) =>
      (await ok('GET', `/api/v1/audit/events?action=${action}`)).events;

    test('is told in bytes by /metrics: what the newest plan takes, what is marked, nothing when it is gone', async () => {
      await upload('model/weights.bin', 'weights');
      await archive(await register('model'));
      const figures = async () => {
        server.clock.advance(5_000);
        const { series } = await scrape(server);
        return ['purgeable', 'marked'].map((name) => series.get(`registry_retention_${name}_bytes`));
      };
      expect(await figures()).toEqual([0, 0]);
      server.clock.advance(101 * DAY_MS);
      await mark();
      expect(await figures()).toEqual([7, 7]);
      server.clock.advance(3 * DAY_MS);
      await runJob();
      await ok('POST', '/api/v1/retention/plans');
      expect(await figures()).toEqual([0, 0]);
    });

    test('marks, waits for the grace, and then removes the files and leaves a tombstone', async () => {
      for (const [path, text] of [
        ['model/MLmodel', 'flavors: {}'],
        ['model/data/weights.bin', 'weights'],
        ['notes.txt', 'of the run'],
      ] as const)
        expect(await upload(path, text)).toBe(200);
      const version = await register('model');
      await archive(version);
      const before = (await read(version)).body;
      expect(before).toMatchObject({ seal: 'sealed', purge: null });
      server.clock.advance(101 * DAY_MS);
      const { plan } = await ok('POST', '/api/v1/retention/plans');
      expect(plan.actions).toMatchObject([{ version, action: 'purge', bytes: 18 }]);
      await mark();
      expect((await read(version)).body.purge).toMatchObject({
        due_at: new Date(server.clock.now() + 3 * DAY_MS).toISOString(),
        reason: expect.stringMatching(/^archived, untouched since/),
      });
      expect((await ok('POST', '/api/v1/retention/plans')).plan.kept[0].reason).toMatch(
        /^marked, to be purged after/,
      );
      server.clock.advance(3 * DAY_MS - 1);
      await runJob();
      expect((await read(version)).status).toBe(200);
      server.clock.advance(1);
      const sweptAt = new Date(server.clock.now()).toISOString();
      await runJob();

      expect(onDisk()).toEqual(['notes.txt']);
      expect(existsSync(join(server.root, run.path, 'model'))).toBe(false);
      for (const [method, path] of [
        ['GET', ''],
        ['GET', '/files'],
        ['GET', '/files/MLmodel'],
        ['PATCH', ''],
        ['DELETE', ''],
        ['POST', '/seal'],
      ] as const) {
        const url = `/api/v1/models/m/versions/${version}${path}`;
        const gone = await people.as('root', method, url, method === 'PATCH' ? {} : undefined);
        expect([gone.status, gone.body.code], `${method} ${path}`).toEqual([410, 'version_purged']);
        expect(gone.body.tombstone).toMatchObject({ digest: before.digest, purged_at: sweptAt });
      }
      expect((await people.as('root', 'GET', `/api/v1/models/m?version=${version}`)).status).toBe(410);
      const listed = await ok('GET', '/api/v1/models/m/versions?include=tombstones');
      expect(JSON.stringify(listed)).toContain(sweptAt);
      const theirs = await people.as('root', 'GET', `${MLFLOW}/model-versions/get?name=m&version=${version}`);
      expect([theirs.status, theirs.body.error_code]).toEqual([404, 'RESOURCE_DOES_NOT_EXIST']);
      const file = `/api/2.0/mlflow-artifacts/artifacts/${run.path}/model/MLmodel`;
      expect((await people.as('root', 'GET', file)).status).toBe(404);
      expect((await ok('GET', `${MLFLOW}/runs/get?run_id=${run.id}`)).run.info.run_id).toBe(run.id);
      // Not even the same bytes come back under the name that was proved.
      expect(await upload('model/MLmodel', 'flavors: {}')).toBe(409);
      expect(await upload('other.txt', 'x')).toBe(200);
      expect((await eventsOf('model_version.purge'))[0]).toMatchObject({
        actor: { id: 'system:retention' },
        object: { name: 'm', version, digest: before.digest },
      });
      expect(await eventsOf('model_version.purge_mark')).toHaveLength(1);
      await runJob();
      expect(await eventsOf('model_version.purge')).toHaveLength(1);
      // Its number is not given again, and other jobs leave what is gone alone.
      while ((await sealVersions.turn(server.deps)).more);
      while ((await verifyVersions(1).turn(server.deps)).more);
      expect(await eventsOf('model_version.verify')).toEqual([]);
    });

    test('files that another version has stay until that one is purged, too', async () => {
      for (const path of ['model/a', 'model/sub/b', 'model/sub/c']) await upload(path, '{}');
      const whole = await register('model');
      const same = await register('model', 'copy');
      const part = await register('model/sub', 'part');
      await archive(whole);
      await purgeAll();
      expect((await read(whole)).status).toBe(410);
      expect(onDisk()).toEqual(['model/a', 'model/sub/b', 'model/sub/c']);
      expect((await read(same, '/files/a', 'copy')).status).toBe(200);

      await archive(same, 'copy');
      await purgeAll();
      expect(onDisk()).toEqual(['model/sub/b', 'model/sub/c']);
      expect((await read(part, '/files/b', 'part')).status).toBe(200);
      await archive(part, 'part');
      await purgeAll();
      expect(onDisk()).toEqual([]);
    });

    test('a version that was deleted by hand keeps its files', async () => {
      await upload('model/a', 'a');
      const deleted = await register('model', 'other');
      await ok('DELETE', `/api/v1/models/other/versions/${deleted}`);
      await archive(await register('model'));
      await purgeAll();
      expect(onDisk()).toEqual(['model/a']);
    });

    test('a source that is one file goes, and its neighbours stay', async () => {
      for (const path of ['model.pkl', 'model.pkl.txt', 'other.pkl']) await upload(path, path);
      await archive(await register('model.pkl'));
      await purgeAll();
      expect(onDisk()).toEqual(['model.pkl.txt', 'other.pkl']);
    });

    test('whatever comes to need it within its grace keeps it', async () => {
      for (const path of ['a', 'b', 'c', 'd', 'e']) await upload(`${path}/f`, '{}');
      for (const path of ['a', 'b', 'c', 'd', 'e']) await archive(await register(path));
      server.clock.advance(101 * DAY_MS);
      await mark();
      await ok('POST', '/api/v1/holds', { model_name: 'm', version: 1, reason: 'r', reference: 'LEGAL-14' });
      await ok('PUT', '/api/v1/models/m/aliases/blue', { version: 2 });
      await ok('POST', '/api/v1/models/transition', { model_name: 'm', version: 3, new_stage: 'staging' });
      await ok('GET', '/api/v1/models/m/versions/4/files/f');
      await noteFileUses.turn(server.deps);
      server.clock.advance(3 * DAY_MS);
      await runJob();
      expect(await Promise.all([1, 2, 3, 4, 5].map(async (version) => (await read(version)).status))).toEqual(
        [200, 200, 200, 200, 410],
      );
      const cancelled = await eventsOf('model_version.purge_cancel');
      expect(
        cancelled
          .map(({ object, reason }: { object: { version: number }; reason: string }) => [
            object.version,
            reason,
          ])
          .sort(),
      ).toEqual([
        [1, 'hold LEGAL-14'],
        [2, 'it was touched, or is kept longer now'],
        [3, 'it was touched, or is kept longer now'],
        [4, 'it was touched, or is kept longer now'],
      ]);
      expect((await read(1)).body.purge).toBeNull();
    });

    test('when RETENTION_PURGE is taken back, what is marked stays', async () => {
      await upload('model/a', 'a');
      const version = await register('model');
      await archive(version);
      server.clock.advance(101 * DAY_MS);
      await mark();
      settings.purge = false;
      server.clock.advance(10 * DAY_MS);
      await runJob();
      expect((await read(version)).status).toBe(200);
      settings.purge = true;
      await runJob();
      expect((await read(version)).status).toBe(410);
    });

    test('with no grace it goes at the next turn; a clock that jumped removes nothing', async () => {
      settings.graceMs = 0;
      await upload('model/a', 'a');
      const version = await register('model');
      await archive(version);
      server.clock.advance(101 * DAY_MS);
      await mark();
      server.clock.jump(2 * DAY_MS);
      await runJob();
      expect((await read(version)).status).toBe(200);
      server.clock.jump(-2 * DAY_MS);
      await runJob();
      expect(onDisk()).toEqual([]);
    });

    test('while files go, nothing is registered from where they are', async () => {
      await upload('model/a', 'a');
      const version = await register('model');
      await archive(version);
      server.clock.advance(101 * DAY_MS);
      await mark();
      const record = await server.deps.store.read(({ versionRecords }) => versionRecords.find('m', version));
      const key = { modelId: record?.modelId ?? '', version };
      await server.deps.store.write(({ purges }) => purges.begin(key, server.clock.now()));
      const body = {
        model_name: 'late',
        model_type: 'custom',
        source: `runs:/${run.id}/model`,
        run_id: run.id,
      };
      const refused = await people.as('root', 'POST', '/api/v1/models/register', body);
      expect([refused.status, refused.body.code]).toEqual([409, 'resource_conflict']);
      expect(refused.body.detail).toContain('because m version 1 is purged');
    });
  });
