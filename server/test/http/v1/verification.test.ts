import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { verifyVersions } from '../../../src/jobs/verify-versions.ts';
import type { Deps } from '../../../src/operations/ports.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { storeTargets } from '../../support/store-targets.ts';
import { People } from './people.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

for (const target of storeTargets.filter(({ name }) => name !== 'SQLite file'))
  describe(`sealed files are read again, on ${target.name}`, () => {
    let server: TestApp;
    let people: People;

    beforeEach(async () => {
      server = await testApp({
        target,
        parts: { governance: { requireApproval: true, baseUrl: 'https://registry.farm.example' } },
      });
      people = new People(server);
      await people.add({ ada: { role: 'writer' }, cia: { role: 'approver' }, root: { role: 'admin' } });
    });
    afterEach(() => server.close());

    const as = (...call: Parameters<People['as']>) => people.as(...call);
    const move = (who: string, version: number, stage: string, more: object = {}) =>
      as(who, 'POST', '/api/v1/models/transition', { model_name: 'm', version, new_stage: stage, ...more });
    /** In staging, with one file. */
    async function sealed(): Promise<number> {
      const registered = { model_name: 'm', model_type: 'custom' };
      const { version } = (await as('ada', 'POST', '/api/v1/models/register', registered)).body;
      server.actAs(people.actor('ada'));
      const put = await server.app.inject({
        method: 'PUT',
        url: `/api/v1/models/m/versions/${version}/files/f.txt`,
        payload: 'bytes',
        headers: { 'content-type': 'application/octet-stream' },
      });
      expect(put.statusCode).toBe(200);
      expect((await move('ada', version, 'staging')).status).toBe(200);
      return version;
    }
    /** Past the server, as a disk or a person with a shell does. */
    function overwrite(text: string | null): void {
      const all = readdirSync(server.root, { recursive: true, encoding: 'utf8' });
      for (const file of all.filter((path) => path.endsWith('f.txt')))
        if (text === null) rmSync(join(server.root, file));
        else writeFileSync(join(server.root, file), text);
    }
    const get = async (version: number) =>
      (await as('ada', 'GET', `/api/v1/models/m/versions/${version}`)).body;
    const events = async () =>
      (await as('root', 'GET', '/api/v1/audit/events?action=model_version.verify')).body.events;
    const ask = async (version: number) => (await move('ada', version, 'production')).body.request;
    const vote = (request: { id: string; digest: string }, decision = 'approve') =>
      as('cia', 'POST', `/api/v1/transition-requests/${request.id}/votes`, {
        decision,
        digest: request.digest,
      });

    test('before they get to production: what is damaged is not voted in, forced in, nor forgotten', async () => {
      const version = await sealed();
      const request = await ask(version);
      server.clock.advance(2 * HOUR_MS);
      overwrite('other');
      expect((await vote(request)).body).toMatchObject({
        status: 409,
        code: 'version_damaged',
        detail:
          'f.txt of m version 1 is gone, or not what was sealed; restore it from a backup, or register another version.',
      });
      expect(await get(version)).toMatchObject({ stage: 'staging', damaged_file: 'f.txt' });
      const force = { force: true, reason: 'the cows cannot wait' };
      expect((await move('root', version, 'production', force)).body.code).toBe('version_damaged');
      expect((await ask(version)) ?? 'refused').toBe('refused');
      const mlflow = await as('ada', 'POST', '/api/2.0/mlflow/model-versions/transition-stage', {
        name: 'm',
        version: `${version}`,
        stage: 'Production',
        archive_existing_versions: false,
      });
      expect([mlflow.status, mlflow.body]).toMatchObject([
        403,
        { error_code: 'PERMISSION_DENIED', message: 'f.txt of m version 1 is gone, or not what was sealed' },
      ]);
      expect(await events()).toMatchObject([
        { object: { name: 'm', version }, before: { damage: null }, after: { damage: 'f.txt' } },
      ]);

      overwrite('bytes');
      expect((await vote(request)).body.request).toMatchObject({ state: 'executed' });
      expect(await get(version)).toMatchObject({ stage: 'production', damaged_file: null });
      const found = (await events()).map(({ after }: { after: { damage: string } }) => after.damage);
      expect(found.sort()).toEqual(['f.txt', null]);
    });

    test('who was read within the hour is not read again, and a rejection needs no reading', async () => {
      const request = await ask(await sealed());
      overwrite('other');
      server.clock.advance(2 * HOUR_MS);
      expect((await vote(request, 'reject')).body.request).toMatchObject({ state: 'rejected' });
      overwrite('bytes');
      const again = await ask(1);
      expect((await get(1)).verified_at).toBe(new Date(server.clock.now()).toISOString());
      overwrite(null);
      server.clock.advance(HOUR_MS - 1_000);
      expect((await vote(again)).body.request).toMatchObject({ state: 'executed' });
    });

    test('in the background, each once in its time; damage is told once, and mending, too', async () => {
      await sealed();
      await sealed();
      const { turn } = verifyVersions(30);
      expect(await turn(server.deps)).toEqual({ more: false });
      server.clock.advance(31 * DAY_MS);
      overwrite(null);
      expect([await turn(server.deps), await turn(server.deps), await turn(server.deps)]).toEqual([
        { more: true },
        { more: true },
        { more: false },
      ]);
      expect(
        (await events()).map(({ object }: { object: { version: number } }) => object.version).sort(),
      ).toEqual([1, 2]);
      expect(await get(2)).toMatchObject({ damaged_file: 'f.txt' });
      server.clock.advance(31 * DAY_MS);
      while ((await turn(server.deps)).more);
      expect(await events()).toHaveLength(2);
      expect(await verifyVersions(0).turn(server.deps)).toEqual({ more: false });
    });

    test('two servers do not read the same version', async () => {
      await sealed();
      server.clock.advance(31 * DAY_MS);
      const { digests } = server.deps;
      let reads = 0;
      const counting = {
        ...server.deps,
        digests: {
          ...digests,
          sha256Stream: (stream) => {
            reads += 1;
            return digests.sha256Stream(stream);
          },
        },
      } satisfies Deps;
      await Promise.all([1, 2].map(() => verifyVersions(30).turn(counting)));
      expect(reads).toBe(1);
    });
  });
