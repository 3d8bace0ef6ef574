import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LOCAL_ACTOR } from '../../../src/domain/actor.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { storeTargets } from '../../support/store-targets.ts';

const HOUR_MS = 3_600_000;

for (const target of storeTargets.filter(({ name }) => name !== 'SQLite file'))
  describe(`history on ${target.name}`, () => {
    let server: TestApp;

    beforeEach(async () => {
      server = await testApp({ target });
    });
    afterEach(() => server.close());

    async function call(
      method: 'GET' | 'POST' | 'PUT' | 'DELETE',
      url: string,
      payload?: object,
      status = 299,
    ) {
      const answer = await server.app.inject({ method, url, ...(payload && { payload }) });
      if (status === 299) expect(answer.statusCode, answer.body).toBeLessThan(300);
      else expect(answer.statusCode, answer.body).toBe(status);
      return answer.json();
    }
    const register = (name: string) =>
      call('POST', '/api/v1/models/register', { model_name: name, model_type: 'custom' });
    const move = (name: string, version: number, stage: string, description?: string) =>
      call('POST', '/api/v1/models/transition', {
        model_name: name,
        version,
        new_stage: stage,
        ...(description && { description }),
      });
    const rename = (name: string, newName: string) =>
      call('POST', '/api/2.0/mlflow/registered-models/rename', { name, new_name: newName });
    const remove = (name: string) => call('DELETE', '/api/2.0/mlflow/registered-models/delete', { name });
    const history = (name: string, query = '', status?: number) =>
      call('GET', `/api/v1/models/${name}/history${query}`, undefined, status);
    const now = () => new Date(server.clock.now()).toISOString();
    const later = () => server.clock.advance(HOUR_MS);
    const holderAt = async (name: string, at: string, more = '') => {
      const { holder, name_then: then } = await history(name, `?at=${encodeURIComponent(at)}${more}`);
      return [holder?.version ?? null, then];
    };

    test('tells who was where and when, newest first, with reason and actor', async () => {
      await register('m');
      const registered = now();
      later();
      await move('m', 1, 'production', 'passed all tests');
      const promoted = now();
      const { model_name: name, intervals } = await history('m');
      expect(name).toBe('m');
      expect(intervals).toEqual([
        {
          slot: 'stage:production',
          version: 1,
          semantic_version: '1.0.0',
          digest: expect.any(String),
          from: promoted,
          to: null,
          actor: 'local',
          actor_id: 'local',
          request_id: null,
          reason: 'passed all tests',
          forced: false,
          origin: 'direct',
        },
        expect.objectContaining({ slot: 'stage:development', from: registered, to: promoted }),
      ]);
    });

    test('answers which version was in production at any instant, half-open', async () => {
      await register('m');
      await register('m');
      later();
      await move('m', 1, 'production');
      const first = now();
      later();
      await move('m', 2, 'production');
      const second = now();
      later();
      expect(await holderAt('m', '2026-03-04T06:59:59.999Z')).toEqual([null, 'm']);
      expect(await holderAt('m', first)).toEqual([1, 'm']);
      expect(await holderAt('m', '2026-03-04T08:59:59.999+01:00')).toEqual([1, 'm']);
      expect(await holderAt('m', second)).toEqual([2, 'm']);
      expect(await holderAt('m', now())).toEqual([2, 'm']);
      const archived = await history('m', `?at=${second}&slot=stage:archived`);
      expect(archived.holders).toEqual([archived.holder]);
      expect(archived.holder).toMatchObject({ version: 1, origin: 'displaced' });
    });

    test('of an alias is kept like that of a stage', async () => {
      await register('m');
      await register('m');
      await call('PUT', '/api/v1/models/m/aliases/champion', { version: 1 });
      const first = now();
      later();
      await call('PUT', '/api/v1/models/m/aliases/champion', { version: 2 });
      later();
      await call('DELETE', '/api/v1/models/m/aliases/champion');
      const { intervals } = await history('m', '?slot=alias:champion');
      expect(intervals.map(({ version }: { version: number }) => version)).toEqual([2, 1]);
      expect((await history('m', `?slot=alias:champion&at=${first}`)).holder.version).toBe(1);
      expect((await history('m', `?slot=alias:champion&at=${now()}`)).holder).toBeNull();
    });

    test('goes with the model when it is renamed, and tells what it was called then', async () => {
      await register('old');
      later();
      await move('old', 1, 'production');
      const then = now();
      later();
      await rename('old', 'new');
      later();
      expect(await holderAt('new', then)).toEqual([1, 'old']);
      expect(await holderAt('new', now())).toEqual([1, 'new']);
      // Nobody has the name now: who had it last answers.
      expect(await holderAt('old', then)).toEqual([1, 'old']);
      expect((await history('old')).model_name).toBe('new');
    });

    test('of a name that another model has now is asked by the instant, or by identity', async () => {
      await register('m');
      later();
      await move('m', 1, 'production');
      const { model_id: first } = await history('m');
      const then = now();
      later();
      await remove('m');
      const between = now();
      later();
      await register('m');
      later();
      await move('m', 2, 'production');
      later();
      const { model_id: second, intervals } = await history('m');
      expect(second).not.toBe(first);
      expect(intervals.map(({ version }: { version: number }) => version)).toEqual([2, 2]);
      expect(await holderAt('m', then)).toEqual([1, 'm']);
      expect(await holderAt('m', between)).toEqual([null, 'm']);
      expect(await holderAt('m', now())).toEqual([2, 'm']);
      expect(await holderAt('m', then, `&model_id=${first}`)).toEqual([1, 'm']);
      expect(await holderAt('m', then, `&model_id=${second}`)).toEqual([null, null]);
      await history('m', '?model_id=none', 404);
    });

    test('stays when versions and models are deleted', async () => {
      await register('m');
      later();
      await move('m', 1, 'production');
      const then = now();
      later();
      await call('DELETE', '/api/2.0/mlflow/model-versions/delete', { name: 'm', version: '1' });
      expect(await holderAt('m', then)).toEqual([1, 'm']);
      await remove('m');
      expect(await holderAt('m', then)).toEqual([1, 'm']);
      const { intervals } = await history('m');
      expect(intervals.every(({ to }: { to: string }) => to !== null)).toBe(true);
    });

    test('comes in pages that neither lack nor repeat anything', async () => {
      for (let i = 0; i < 4; i++) await register('m');
      for (const stage of ['staging', 'production', 'staging'])
        for (const version of [1, 2, 3, 4]) await move('m', version, stage);
      const all = (await history('m', '?limit=1000')).intervals;
      expect(all.length).toBeGreaterThan(15);
      const paged: unknown[] = [];
      for (let token = ''; ; ) {
        const page = await history('m', `?limit=3${token && `&page_token=${token}`}`);
        paged.push(...page.intervals);
        if (page.next_page_token === undefined) break;
        token = page.next_page_token;
      }
      expect(paged).toEqual(all);
    });

    test.each([
      '?slot=production',
      '?slot=stage:Gold',
      '?slot=alias:',
      '?at=2026-03-04',
      '?at=2026-03-04T06:00:00',
      '?at=2099-03-04T06:00:00Z',
      '?page_token=x',
      '?at=2026-03-04T05:00:00Z&page_token=x',
    ])('refuses %s', async (query) => {
      await register('m');
      expect((await history('m', query, 400)).code).toBe('invalid_argument');
    });

    test('of what may not be read, or never was, is not there', async () => {
      await register('secret');
      const absent = await history('absent', '', 404);
      server.actAs({ ...LOCAL_ACTOR, grants: [{ role: 'reader', resource: 'model', pattern: 'm*' }] });
      const hidden = await history('secret', '', 404);
      expect(hidden.detail.replace('secret', 'absent')).toBe(absent.detail);
      await history('secret', '?at=2026-03-04T06:00:00Z', 404);
      server.actAs(LOCAL_ACTOR);
      const { model_id: id } = await history('secret');
      server.actAs({ ...LOCAL_ACTOR, grants: [{ role: 'reader', resource: 'model', pattern: 'm*' }] });
      await history('m', `?model_id=${id}`, 404);
    });
  });
