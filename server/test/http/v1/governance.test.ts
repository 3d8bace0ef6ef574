import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endExpiredRequests } from '../../../src/operations/transition-request-expiry.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { storeTargets } from '../../support/store-targets.ts';
import { People } from './people.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

for (const target of storeTargets.filter(({ name }) => name !== 'SQLite file'))
  describe(`the guarded policy, on ${target.name}`, () => {
    let server: TestApp;
    let people: People;

    beforeEach(async () => {
      server = await testApp({
        target,
        parts: { governance: { requireApproval: true, baseUrl: 'https://registry.farm.example' } },
      });
      people = new People(server);
      await people.add({
        ada: { role: 'writer' },
        ben: { role: 'writer' },
        cia: { role: 'approver' },
        dan: { role: 'approver' },
        root: { role: 'admin' },
        bot: { role: 'approver', owner: 'ada' },
      });
    });
    afterEach(() => server.close());

    const as = (...call: Parameters<People['as']>) => people.as(...call);
    const register = (name = 'm', who = 'ada') =>
      as(who, 'POST', '/api/v1/models/register', {
        model_name: name,
        model_type: 'custom',
        metrics: { accuracy: 0.9 },
      });
    const move = (who: string, version: number, stage: string, more: object = {}) =>
      as(who, 'POST', '/api/v1/models/transition', { model_name: 'm', version, new_stage: stage, ...more });
    const mlflowMove = (who: string, version: number, stage: string) =>
      as(who, 'POST', '/api/2.0/mlflow/model-versions/transition-stage', {
        name: 'm',
        version: String(version),
        stage,
        archive_existing_versions: false,
      });
    const get = async (id: string, who = 'root') =>
      (await as(who, 'GET', `/api/v1/transition-requests/${id}`)).body.request;
    const vote = async (who: string, id: string, decision = 'approve', more: object = {}) => {
      const { digest } = await get(id);
      return as(who, 'POST', `/api/v1/transition-requests/${id}/votes`, { decision, digest, ...more });
    };
    const stageOf = async (version: number) =>
      (await as('root', 'GET', `/api/v1/models/m?version=${version}`)).body.stage;
    const aliasesOf = async (version: number) =>
      (await as('root', 'GET', `/api/v1/models/m?version=${version}`)).body.aliases;
    /** A version in staging, by ada, and the request of ben for production. */
    async function requested(): Promise<{ version: number; id: string }> {
      const { version } = (await register()).body;
      expect((await move('ada', version, 'staging')).status).toBe(200);
      const asked = await move('ben', version, 'production');
      expect(asked.status, JSON.stringify(asked.body)).toBe(202);
      return { version, id: asked.body.request.id };
    }
    const eventsOf = async (action: string) =>
      (await as('root', 'GET', `/api/v1/audit/events?action=${action}`)).body.events;

    test('asks for an approval before production, by either wire, and changes nothing until then', async () => {
      const { version, id } = await requested();
      const { body } = await move('ben', version, 'production');
      expect(body).toMatchObject({ status: 'pending_approval', request: { id, state: 'open' } });
      const theirs = await mlflowMove('ben', version, 'Production');
      expect([theirs.status, theirs.body.error_code]).toEqual([403, 'PERMISSION_DENIED']);
      expect(theirs.body.message).toBe(
        `m version 1 needs 1 approval to enter Production (policy guarded, revision 1). Request ${id} is open; approve it at https://registry.farm.example/api/v1/transition-requests/${id}`,
      );
      expect(await stageOf(version)).toBe('staging');
      expect((await get(id)).requesters.map(({ name }: { name: string }) => name)).toEqual(['ben']);
    });

    test('the approval executes it: stage, alias, history and audit at once', async () => {
      const { version, id } = await requested();
      server.clock.advance(1_000);
      const { status, body } = await vote('cia', id, 'approve', { comment: 'well done' });
      expect([status, body.request.state]).toEqual([200, 'executed']);
      expect(await stageOf(version)).toBe('production');
      expect(await aliasesOf(version)).toEqual(['champion']);
      const { intervals } = (await as('root', 'GET', '/api/v1/models/m/history?slot=stage:production')).body;
      expect(intervals[0]).toMatchObject({ version, request_id: id, origin: 'request', actor: 'cia' });
      expect(await eventsOf('transition_request.vote')).toHaveLength(1);
      // An auditor asks by model.
      expect(await eventsOf('transition_request.vote&model_name=m')).toHaveLength(1);
      expect(await eventsOf('transition_request.execute')).toHaveLength(1);
      const byAlias = await as('ada', 'GET', '/api/2.0/mlflow/registered-models/alias?name=m&alias=champion');
      expect(byAlias.body.model_version).toMatchObject({ version: '1', current_stage: 'Production' });
    });

    test('the next one displaces it, and the alias follows', async () => {
      const first = await requested();
      await vote('cia', first.id);
      server.clock.advance(1_000);
      const second = await requested();
      const { body } = await vote('cia', second.id);
      expect(body.request.state).toBe('executed');
      expect(await stageOf(first.version)).toBe('archived');
      expect(await stageOf(second.version)).toBe('production');
      expect([await aliasesOf(first.version), await aliasesOf(second.version)]).toEqual([[], ['champion']]);
      const [event] = await eventsOf('transition_request.execute');
      expect(event.after.displaced).toEqual(['1']);
    });

    test('authors, requesters, writers and programs have no vote', async () => {
      const { id } = await requested();
      await people.add({ eve: { role: 'approver' } });
      await as('eve', 'POST', '/api/v1/models/transition', {
        model_name: 'm',
        version: 1,
        new_stage: 'production',
      });
      for (const [who, status, code] of [
        ['ada', 403, 'not_eligible'],
        ['ben', 403, 'not_eligible'],
        ['eve', 403, 'not_eligible'],
        ['bot', 403, 'not_a_person'],
      ] as const) {
        const answer = await vote(who, id);
        expect([answer.status, answer.body.code], who).toEqual([status, code]);
      }
      expect((await get(id)).available_actions).toEqual(['vote', 'withdraw']);
      expect((await get(id, 'ben')).available_actions).toEqual(['withdraw']);
      expect((await get(id, 'cia')).available_actions).toEqual(['vote']);
    });

    test('the owner of a service account answers for what it made', async () => {
      await as('bot', 'POST', '/api/v1/models/register', { model_name: 'm', model_type: 'custom' });
      await move('bot', 1, 'staging');
      await people.add({ mia: { role: 'approver' } });
      const { body } = await move('mia', 1, 'production');
      people.set('ada', { ...people.actor('ada'), grants: people.actor('cia').grants });
      expect((await vote('ada', body.request.id)).body.code).toBe('not_eligible');
      expect((await vote('dan', body.request.id)).body.request.state).toBe('executed');
    });

    test('a reject ends it, and a new one may be asked for', async () => {
      const { version, id } = await requested();
      expect((await vote('cia', id, 'reject', { comment: 'no' })).body.request).toMatchObject({
        state: 'rejected',
        end_reason: 'no',
      });
      expect((await vote('dan', id)).body.code).toBe('request_not_open');
      const again = await move('ben', version, 'production');
      expect(again.body.request.id).not.toBe(id);
    });

    test('who asked may take it back, others may not', async () => {
      const { id } = await requested();
      const withdraw = (who: string) => as(who, 'POST', `/api/v1/transition-requests/${id}/withdraw`, {});
      expect((await withdraw('ada')).status).toBe(403);
      expect((await withdraw('ben')).body.request.state).toBe('withdrawn');
      expect((await withdraw('ben')).body.code).toBe('request_not_open');
    });

    test('it expires after fourteen days', async () => {
      const { version, id } = await requested();
      server.clock.advance(14 * DAY_MS);
      const late = await vote('cia', id);
      expect(late.body.request.state).toBe('expired');
      expect(await stageOf(version)).toBe('staging');
      expect((await move('ben', version, 'production')).body.request.id).not.toBe(id);
    });

    test('it expires also when nobody looks', async () => {
      const { id } = await requested();
      expect(await endExpiredRequests(server.deps, 10)).toBe(0);
      server.clock.advance(14 * DAY_MS);
      expect(await endExpiredRequests(server.deps, 10)).toBe(1);
      expect(await get(id)).toMatchObject({ state: 'expired', available_actions: [] });
      expect(await endExpiredRequests(server.deps, 10)).toBe(0);
      expect((await eventsOf('transition_request.end'))[0].actor).toMatchObject({ id: 'operator' });
    });

    test('a vote is about the files that were seen', async () => {
      const { id } = await requested();
      const answer = await as('cia', 'POST', `/api/v1/transition-requests/${id}/votes`, {
        decision: 'approve',
        digest: `sha256:${'0'.repeat(64)}`,
      });
      expect([answer.status, answer.body.code]).toEqual([409, 'digest_mismatch']);
    });

    test('votes lapse when the evidence changes, and say so', async () => {
      const { id } = await requested();
      await vote('cia', id, 'abstain');
      await as('dan', 'POST', '/api/v1/models/m/versions/1/checks', {
        name: 'field-test',
        conclusion: 'failure',
      });
      const request = await get(id);
      expect(request.votes).toMatchObject([{ decision: 'abstain', lapsed: true, counts: false }]);
    });

    test('knows its ways and tells them', async () => {
      await register();
      const far = await move('cia', 1, 'production');
      expect([far.status, far.body.code, far.body.allowed]).toEqual([
        409,
        'transition_not_allowed',
        ['staging', 'archived', 'deprecated'],
      ]);
      expect(far.body.detail).toBe(
        'm version 1 is in development; policy guarded leads to production only from staging.',
      );
      const theirs = await mlflowMove('cia', 1, 'Production');
      expect([theirs.status, theirs.body.message]).toEqual([403, far.body.detail]);
      expect((await move('ada', 1, 'deprecated')).status).toBe(403);
      expect((await mlflowMove('ada', 1, 'Staging')).status).toBe(200);
      expect((await mlflowMove('ada', 1, 'Staging')).status).toBe(200);
    });

    test('leaving production is for approvers, with a reason', async () => {
      const { version, id } = await requested();
      await vote('cia', id);
      expect((await move('ada', version, 'archived', { reason: 'drifts' })).status).toBe(403);
      const silent = await move('cia', version, 'archived');
      expect([silent.status, silent.body.errors?.[0]?.path]).toEqual([400, '/reason']);
      expect((await mlflowMove('cia', version, 'Archived')).status).toBe(403);
      expect((await move('cia', version, 'archived', { reason: 'drifts' })).status).toBe(200);
      expect(await aliasesOf(version)).toEqual([]);
    });

    test('force is for admins, and marked for ever', async () => {
      await register();
      await as('ada', 'POST', '/api/v1/models/m/versions/1/seal');
      const force = { force: true, reason: 'all birds are hungry' };
      expect((await move('cia', 1, 'production', force)).body.code).toBe('override_required');
      expect((await move('root', 1, 'production', force)).status).toBe(200);
      const { intervals } = (await as('root', 'GET', '/api/v1/models/m/history?slot=stage:production')).body;
      expect(intervals[0]).toMatchObject({ forced: true, origin: 'forced', reason: force.reason });
      expect(await aliasesOf(1)).toEqual(['champion']);
    });

    test('one that enters first supersedes the others', async () => {
      const first = await requested();
      const second = await requested();
      await vote('cia', first.id);
      expect(await get(second.id)).toMatchObject({
        state: 'superseded',
        end_reason: 'version 1 entered first',
      });
    });

    test('while nobody signs in, the local actor may judge what it asked for, and the vote says so', async () => {
      await register('m', 'local');
      await move('local', 1, 'staging');
      const { body } = await move('local', 1, 'production');
      const { request } = (await vote('local', body.request.id)).body;
      expect(request.state).toBe('executed');
      expect(request.votes).toMatchObject([{ self: true }]);
    });

    test('two last approvals at once make one transition', async () => {
      for (let round = 0; round < 5; round += 1) {
        const { version, id } = await requested();
        const { digest } = await get(id);
        const answers = await Promise.all(
          ['cia', 'dan'].map((who) => {
            server.actAs(people.actor(who));
            return server.app.inject({
              method: 'POST',
              url: `/api/v1/transition-requests/${id}/votes`,
              payload: { decision: 'approve', digest },
            });
          }),
        );
        expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409]);
        const { holders } = (
          await as(
            'root',
            'GET',
            `/api/v1/models/m/history?at=${new Date(server.clock.now() + 0).toISOString()}`,
          )
        ).body;
        expect(holders.length).toBeLessThanOrEqual(1);
        expect(await stageOf(version)).toBe('production');
        server.clock.advance(1_000);
      }
    });

    describe('a rollback', () => {
      const rollBack = (who: string, body: object = {}, name = 'm') =>
        as(who, 'POST', `/api/v1/models/${name}/rollback`, { reason: 'counts are off', ...body });
      /** Versions that were in production one after the other; the last one is. */
      async function promoted(count: number): Promise<void> {
        for (let i = 0; i < count; i += 1) {
          const { id } = await requested();
          await vote('cia', id);
          server.clock.advance(DAY_MS);
        }
      }

      test('brings the version before back at once, by an approver, and is told as such', async () => {
        await promoted(3);
        expect((await rollBack('ada')).status).toBe(403);
        const { status, body } = await rollBack('cia');
        expect([status, body]).toEqual([
          200,
          {
            success: true,
            model_name: 'm',
            version: 2,
            left: 3,
            displaced: [{ version: 3, new_stage: 'archived' }],
            message: 'Rolled m back to version 2',
          },
        ]);
        expect([await stageOf(2), await stageOf(3)]).toEqual(['production', 'archived']);
        expect(await aliasesOf(2)).toEqual(['champion']);
        const { intervals } = (await as('root', 'GET', '/api/v1/models/m/history?slot=stage:production'))
          .body;
        expect(intervals[0]).toMatchObject({
          version: 2,
          origin: 'rollback',
          reason: 'counts are off',
          actor: 'cia',
        });
        server.clock.advance(DAY_MS);
        expect((await rollBack('dan', { to_version: 1 })).body.version).toBe(1);
        server.clock.advance(DAY_MS);
        // What came by a rollback may come back, too.
        expect((await rollBack('dan', { to_version: '2' })).body.version).toBe(2);
      });

      test.each<[string, () => Promise<void>, object, string]>([
        ['nothing was there before', () => promoted(1), {}, 'nothing was in production before'],
        ['it is there', () => promoted(2), { to_version: 2 }, 'it is in production'],
        [
          'the window has ended',
          async () => {
            await promoted(2);
            server.clock.advance(30 * DAY_MS);
          },
          {},
          'it could come back until',
        ],
        [
          'it is deprecated',
          async () => {
            await promoted(2);
            await move('cia', 1, 'deprecated');
          },
          {},
          'it is deprecated',
        ],
        [
          'it came by force',
          async () => {
            await register();
            await as('ada', 'POST', '/api/v1/models/m/versions/1/seal');
            await move('root', 1, 'production', { force: true, reason: 'all birds are hungry' });
            server.clock.advance(DAY_MS);
            await promoted(1);
          },
          {},
          'without a request (forced)',
        ],
        [
          'it never was',
          async () => {
            await promoted(1);
            await register();
          },
          { to_version: 2 },
          'it was never in production',
        ],
      ])('is refused when %s', async (_when, prepare, body, sentence) => {
        await prepare();
        const answer = await rollBack('cia', body);
        expect([answer.status, answer.body.code]).toEqual([409, 'rollback_not_allowed']);
        expect(answer.body.detail).toContain(sentence);
      });

      test('is refused when a file is not the one that was approved any more', async () => {
        await register();
        server.actAs(people.actor('ada'));
        await server.app.inject({
          method: 'PUT',
          url: '/api/v1/models/m/versions/1/files/f.txt',
          payload: 'bytes',
          headers: { 'content-type': 'application/octet-stream' },
        });
        await move('ada', 1, 'staging');
        const { body } = await move('ben', 1, 'production');
        await vote('cia', body.request.id);
        server.clock.advance(DAY_MS);
        await promoted(1);
        const [file] = readdirSync(server.root, { recursive: true, encoding: 'utf8' }).filter((path) =>
          path.endsWith('f.txt'),
        );
        writeFileSync(join(server.root, file ?? ''), 'other');
        expect((await rollBack('cia')).body.detail).toContain(
          'its file f.txt is not the one that was approved any more',
        );
        writeFileSync(join(server.root, file ?? ''), 'bytes');
        expect((await rollBack('cia')).status).toBe(200);
      });
    });

    describe('at the other doors', () => {
      const alias = (who: string, method: 'POST' | 'DELETE', version?: number) =>
        as(who, method, '/api/2.0/mlflow/registered-models/alias', {
          name: 'm',
          alias: 'Champion',
          ...(version !== undefined && { version: String(version) }),
        });

      test('an alias that follows production is set by entering production, however it is spelled', async () => {
        const { version } = (await register()).body;
        const early = await alias('ben', 'POST', version);
        expect([early.status, early.body.error_code]).toEqual([403, 'PERMISSION_DENIED']);
        await move('ada', version, 'staging');
        const asked = await alias('ben', 'POST', version);
        expect([asked.status, asked.body.message]).toEqual([
          403,
          expect.stringMatching(/^m version 1 needs 1 approval to enter Production .* Request .* is open/),
        ]);
        const [request] = (await as('cia', 'GET', '/api/v1/transition-requests')).body.requests;
        await vote('cia', request.id);
        expect(await aliasesOf(version)).toEqual(['champion']);
        const again = await as('ben', 'PUT', '/api/v1/models/m/aliases/champion', { version });
        expect(again.status, JSON.stringify(again.body)).toBe(200);
      });

      test('it is not deleted by hand; others are anybody’s', async () => {
        const { version, id } = await requested();
        await vote('cia', id);
        for (const url of ['/api/v1/models/m/aliases/champion', '/api/v1/models/m/aliases/CHAMPION']) {
          const answer = await as('cia', 'DELETE', url);
          expect([answer.status, answer.body.detail]).toEqual([
            409,
            expect.stringContaining('it follows production (policy guarded)'),
          ]);
        }
        expect((await as('ben', 'PUT', '/api/v1/models/m/aliases/mine', { version })).status).toBe(200);
        expect((await as('ben', 'DELETE', '/api/v1/models/m/aliases/mine')).status).toBe(200);
      });

      test('what is in production, or in an open request, is not deleted, and neither is its model', async () => {
        const { version, id } = await requested();
        const removals = [
          () => as('cia', 'DELETE', `/api/v1/models/m/versions/${version}`),
          () => as('cia', 'DELETE', '/api/v1/models/m'),
          () =>
            as('cia', 'DELETE', '/api/2.0/mlflow/model-versions/delete', {
              name: 'm',
              version: String(version),
            }),
          () => as('cia', 'DELETE', '/api/2.0/mlflow/registered-models/delete', { name: 'm' }),
        ];
        for (const remove of removals) {
          const { status, body } = await remove();
          expect(status).toBe(409);
          expect(body.detail ?? body.message).toContain(`is named in the open transition request ${id}`);
        }
        await vote('cia', id);
        for (const remove of removals) {
          const { status, body } = await remove();
          expect([status, body.detail ?? body.message]).toEqual([
            409,
            'm version 1 is in production, and cannot be deleted.',
          ]);
        }
        await move('cia', version, 'archived', { reason: 'drifts' });
        expect((await removals[0]?.())?.status).toBe(200);
      });

      test('versions begin in development', async () => {
        const answer = await as('ada', 'POST', '/api/v1/models/register', {
          model_name: 'm',
          model_type: 'custom',
          stage: 'production',
        });
        expect([answer.status, answer.body.code]).toEqual([409, 'stage_requires_transition']);
        expect((await as('ada', 'GET', '/api/v1/models/m')).status).toBe(404);
      });

      test('old versions are archived where the policy lets them be', async () => {
        for (let i = 0; i < 3; i += 1) await register();
        const { body } = await as('ada', 'POST', '/api/v1/models/archive', {
          model_name: 'm',
          keep_latest: 1,
          stage: 'development',
        });
        expect(body.archived_versions).toEqual([2, 1]);
      });
    });

    test('requests are listed for those who may read, newest first', async () => {
      const { id } = await requested();
      const listed = (await as('cia', 'GET', '/api/v1/transition-requests?state=open')).body.requests;
      expect(listed.map((request: { id: string }) => request.id)).toEqual([id]);
      people.set('guest', {
        ...people.actor('cia'),
        grants: [{ role: 'approver', resource: 'model', pattern: 'x' }],
      });
      expect((await as('guest', 'GET', '/api/v1/transition-requests')).body.requests).toEqual([]);
      expect((await as('guest', 'GET', `/api/v1/transition-requests/${id}`)).status).toBe(404);
      expect((await as('ben', 'GET', '/api/v1/transition-requests?mine=true')).body.requests).toHaveLength(1);
      expect((await as('cia', 'GET', '/api/v1/transition-requests?mine=true')).body.requests).toHaveLength(0);
    });
  });
