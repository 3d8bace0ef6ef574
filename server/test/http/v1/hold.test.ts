import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { randomIds } from '../../../src/host/ids.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { storeTargets } from '../../support/store-targets.ts';
import { People } from './people.ts';

const NAME = 'layer-count';

for (const target of storeTargets.filter(({ name }) => name !== 'SQLite file'))
  describe(`holds, on ${target.name}`, () => {
    let server: TestApp;
    let people: People;

    beforeEach(async () => {
      // Ids that grow, as those of a server do.
      server = await testApp({ target, parts: { ids: randomIds } });
      people = new People(server);
      await people.add({ ada: { role: 'writer' }, dan: { role: 'approver' }, root: { role: 'admin' } });
      for (const _ of [1, 2, 3, 4]) await people.as('ada', 'POST', '/api/v1/models/register', register());
    });
    afterEach(() => server.close());

    const register = (model_name = NAME) => ({ model_name, model_type: 'custom' });
    const place = (who: string, body: object) =>
      people.as(who, 'POST', '/api/v1/holds', { model_name: NAME, reason: 'litigation', ...body });
    const placed = async (body: object): Promise<string> => {
      const { status, body: answer } = await place('dan', body);
      expect(status, JSON.stringify(answer)).toBe(201);
      return answer.hold.id;
    };
    const lift = (who: string, id: string, reason = 'the case is closed') =>
      people.as(who, 'DELETE', `/api/v1/holds/${id}?reason=${encodeURIComponent(reason)}`);
    const standing = async (query = '') =>
      (await people.as('ada', 'GET', `/api/v1/holds${query}`)).body.holds.map(
        ({ version, reference }: { version: number | null; reference: string | null }) => [
          version,
          reference,
        ],
      );
    const remove = (version: number) =>
      people.as('root', 'DELETE', `/api/v1/models/${NAME}/versions/${version}`);

    test('keep a version from deletion through both APIs, until an admin lifts them', async () => {
      const id = await placed({ version: '2', reference: 'LEGAL-14' });
      const second = await placed({ version: 2 });
      const refused = await remove(2);
      expect([refused.status, refused.body.code]).toEqual([409, 'in_use']);
      expect(refused.body.detail).toBe(
        `layer-count version 2 is held for LEGAL-14 (litigation; an admin lifts the hold ${id}), and cannot be deleted.`,
      );
      const mlflow = (path: string, payload: object) =>
        people.as('root', 'DELETE', `/api/2.0/mlflow/${path}`, payload);
      const onWire = await mlflow('model-versions/delete', { name: NAME, version: '2' });
      expect([onWire.status, onWire.body.error_code]).toEqual([409, 'RESOURCE_CONFLICT']);
      expect((await mlflow('registered-models/delete', { name: NAME })).status).toBe(409);
      expect((await remove(3)).status).toBe(200);
      expect((await lift('root', id)).body.hold).toMatchObject({
        lifted_by: 'root',
        lift_reason: 'the case is closed',
      });
      expect((await remove(2)).status).toBe(409);
      await lift('root', second);
      expect((await remove(2)).status).toBe(200);
      expect((await mlflow('registered-models/delete', { name: NAME })).status).toBe(200);
    });

    test('are placed by approvers and lifted by admins', async () => {
      expect((await place('ada', {})).status).toBe(403);
      const id = await placed({});
      expect((await lift('dan', id)).status).toBe(403);
      expect((await lift('root', id)).status).toBe(200);
      expect(await lift('root', id)).toMatchObject({ status: 409, body: { code: 'hold_lifted' } });
    });

    test('on a model keep all of it, under whatever name', async () => {
      await placed({ reference: 'FARM-3' });
      const body = { name: NAME, new_name: 'egg-count' };
      expect((await people.as('root', 'POST', '/api/2.0/mlflow/registered-models/rename', body)).status).toBe(
        200,
      );
      const refused = await people.as('root', 'DELETE', '/api/v1/models/egg-count/versions/1');
      expect(refused.body.detail).toContain('egg-count is held for FARM-3');
      expect(await standing('?model_name=egg-count&version=4')).toEqual([[null, 'FARM-3']]);
    });

    test('are listed newest first, by model and version, lifted ones when asked for', async () => {
      await people.as('ada', 'POST', '/api/v1/models/register', register('other'));
      const first = await placed({ version: 1, reference: 'a' });
      await placed({ version: 2, reference: 'b' });
      await placed({ model_name: 'other', reference: 'c' });
      await lift('root', first);
      expect(await standing()).toEqual([
        [null, 'c'],
        [2, 'b'],
      ]);
      expect(await standing(`?model_name=${NAME}&version=1`)).toEqual([]);
      expect(await standing(`?model_name=${NAME}&state=all`)).toEqual([
        [2, 'b'],
        [1, 'a'],
      ]);
      const page = (await people.as('ada', 'GET', '/api/v1/holds?state=all&limit=2')).body;
      expect(page.holds).toHaveLength(2);
      expect(await standing(`?state=all&limit=2&page_token=${page.next_page_token}`)).toEqual([[1, 'a']]);
    });

    test('of models that somebody may not read are not there', async () => {
      const id = await placed({});
      people.set('eve', { ...people.actor('dan'), grants: [] });
      expect((await people.as('eve', 'GET', '/api/v1/holds')).body.holds).toEqual([]);
      expect((await people.as('eve', 'GET', `/api/v1/holds?model_name=${NAME}`)).status).toBe(404);
      const hidden = await lift('eve', id);
      const absent = await lift(
        'eve',
        id.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      );
      expect([hidden.status, hidden.body.code]).toEqual([404, 'resource_not_found']);
      expect([absent.status, absent.body.code]).toEqual([404, 'resource_not_found']);
    });

    test('keep versions where they are when many are archived', async () => {
      await placed({ version: 1, reference: 'LEGAL-14' });
      await placed({ version: 2 });
      const archive = async (dryRun: boolean) =>
        (
          await people.as('ada', 'POST', '/api/v1/models/archive', {
            model_name: NAME,
            keep_latest: 1,
            stage: 'development',
            dry_run: dryRun,
          })
        ).body;
      const planned = await archive(true);
      expect(planned).toMatchObject({
        archived_versions: [3],
        kept: [
          { version: 4, reason: 'one of the 1 newest in development' },
          { version: 2, reason: 'hold: litigation' },
          { version: 1, reason: 'hold LEGAL-14' },
        ],
      });
      expect(await archive(false)).toMatchObject({ archived_versions: [3], kept: planned.kept });
    });

    test('say what is wrong with them', async () => {
      expect((await place('dan', { reason: '  ' })).body.errors).toMatchObject([{ path: '/reason' }]);
      expect((await place('dan', { reason: 'x'.repeat(1001) })).status).toBe(400);
      expect((await place('dan', { reference: 'x'.repeat(201) })).body.errors).toMatchObject([
        { path: '/reference' },
      ]);
      expect((await place('dan', { version: 9 })).status).toBe(404);
      expect((await place('dan', { model_name: 'nobody' })).status).toBe(404);
      const id = await placed({});
      expect((await people.as('root', 'DELETE', `/api/v1/holds/${id}`)).status).toBe(400);
      expect((await lift('root', id, ' ')).status).toBe(400);
      expect((await people.as('ada', 'GET', '/api/v1/holds?version=1')).status).toBe(400);
      expect((await people.as('ada', 'GET', `/api/v1/holds?model_name=${NAME}&version=1.0.0`)).status).toBe(
        400,
      );
    });
  });
