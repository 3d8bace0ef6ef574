import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type TestApp, testApp } from '../../support/app.ts';
import { storeTargets } from '../../support/store-targets.ts';
import { People } from './people.ts';

const STRICT = {
  name: 'strict',
  applies_to: { models: ['layer-*'] },
  transitions: [
    { from: ['development'], to: 'staging' },
    {
      from: ['staging'],
      to: 'production',
      sealed: true,
      approvals: [
        { required: 1, from: ['role:approver'] },
        { required: 1, from: ['group:farm-ops'] },
      ],
      exclude: ['author', 'requester'],
      checks: [{ name: 'integration-tests', from: ['bot'] }],
      gates: [
        { metric: 'accuracy', at_least: 0.9 },
        { metric: 'accuracy', not_worse_than: 'production', tolerance: 0.01 },
      ],
    },
    { from: ['production'], to: 'staging', by: ['role:approver'] },
  ],
  exclusive: { production: { displaced_to: 'staging' } },
};

for (const target of storeTargets.filter(({ name }) => name !== 'SQLite file'))
  describe(`policies of one's own, on ${target.name}`, () => {
    let server: TestApp;
    let people: People;

    beforeEach(async () => {
      server = await testApp({ target });
      people = new People(server);
      await people.add({
        ada: { role: 'writer' },
        cia: { role: 'approver' },
        dan: { role: 'approver', groups: ['farm-ops'] },
        eve: { role: 'reader', groups: ['farm-ops'] },
        root: { role: 'admin' },
        bot: { role: 'writer', owner: 'ada' },
      });
    });
    afterEach(() => server.close());

    const as = (
      name: string,
      method: 'GET' | 'POST' | 'PUT' | 'DELETE',
      url: string,
      { payload, headers }: { payload?: object; headers?: Record<string, string> } = {},
    ) => people.as(name, method, `/api/v1${url}`, payload, headers);
    const put = (document: object, headers: Record<string, string> = {}, name = 'strict', who = 'root') =>
      as(who, 'PUT', `/policies/${name}`, { payload: document, headers });
    const register = (accuracy = 0.95, name = 'layer-count') =>
      as('ada', 'POST', '/models/register', {
        payload: { model_name: name, model_type: 'custom', metrics: { accuracy } },
      });
    const move = (version: number, stage: string, who = 'ada', name = 'layer-count') =>
      as(who, 'POST', '/models/transition', { payload: { model_name: name, version, new_stage: stage } });
    const vote = async (who: string, id: string) => {
      const { digest } = (await as('root', 'GET', `/transition-requests/${id}`)).body.request;
      return as(who, 'POST', `/transition-requests/${id}/votes`, {
        payload: { decision: 'approve', digest },
      });
    };
    const check = (conclusion = 'success', version = 1, who = 'bot') =>
      as(who, 'POST', `/models/layer-count/versions/${version}/checks`, {
        payload: { name: 'integration-tests', conclusion },
      });

    test('are written in revisions, each by who has read the last', async () => {
      expect((await put(STRICT)).body.policy).toMatchObject({
        name: 'strict',
        revision: 1,
        document: STRICT,
      });
      expect((await put(STRICT)).body.code).toBe('resource_exists');
      const read = await as('ada', 'GET', '/policies/strict');
      const changed = { ...STRICT, rollback_window: 'P7D' };
      expect((await put(changed, { 'if-match': '"another"' })).body.code).toBe('resource_conflict');
      expect((await put(changed, { 'if-match': read.etag })).body.policy.revision).toBe(2);
      expect((await put(changed, { 'if-match': read.etag })).body.code).toBe('resource_conflict');
      const { revisions } = (await as('ada', 'GET', '/policies/strict/revisions')).body;
      expect(
        revisions.map(({ revision, document }: { revision: number; document: object }) => [
          revision,
          document,
        ]),
      ).toEqual([
        [2, changed],
        [1, STRICT],
      ]);
      const { policies } = (await as('ada', 'GET', '/policies')).body;
      expect(policies.map(({ name }: { name: string }) => name)).toEqual(['guarded', 'open', 'strict']);
    });

    test('that are wrong are refused with every problem and its place', async () => {
      const { status, body } = await put({
        name: 'other',
        transitions: [{ from: ['x'], to: 'production' }],
        odd: 1,
      });
      expect([status, body.errors.map(({ path }: { path: string }) => path)]).toEqual([
        400,
        ['/transitions/0/from/0', '/odd'],
      ]);
      expect((await put({ ...STRICT, name: 'other' })).body.errors[0].path).toBe('/name');
      expect((await put({ ...STRICT, name: 'open' }, {}, 'open')).body.code).toBe('resource_conflict');
      expect((await put(STRICT, {}, 'strict', 'cia')).status).toBe(403);
    });

    test('govern the models whose names they say, and those that they are assigned to', async () => {
      await put(STRICT);
      await put(
        {
          ...STRICT,
          name: 'wide',
          applies_to: { models: ['*'] },
          transitions: [{ from: ['development'], to: 'archived' }],
        },
        {},
        'wide',
      );
      await register();
      await register(0.95, 'other');
      expect((await move(1, 'archived')).body.detail).toContain('policy strict');
      expect((await move(1, 'staging', 'ada', 'other')).body.detail).toContain('policy wide');
      const assign = (policy: string | null, who = 'root') =>
        as(who, 'PUT', '/models/layer-count/policy', { payload: { policy } });
      expect((await assign('open', 'ada')).status).toBe(403);
      expect((await assign('nowhere')).status).toBe(404);
      expect((await assign('open')).status).toBe(200);
      expect((await move(1, 'production')).status).toBe(200);
      await assign('wide');
      expect((await as('root', 'DELETE', '/policies/wide')).body.detail).toContain('layer-count');
      await assign(null);
      expect((await as('root', 'DELETE', '/policies/wide')).status).toBe(200);
      expect((await as('root', 'GET', '/policies/wide')).status).toBe(404);
      expect((await put({ ...STRICT, name: 'wide' }, {}, 'wide')).body.policy.revision).toBe(2);
    });

    test('ask for people of several kinds, and for checks by those whom they name', async () => {
      await put(STRICT);
      await register();
      await move(1, 'staging');
      const { id } = (await move(1, 'production')).body.request;
      const missing = async () =>
        (await as('root', 'GET', `/transition-requests/${id}`)).body.request.missing;
      expect(await missing()).toEqual({
        approvals: [
          { required: 1, from: ['role:approver'] },
          { required: 1, from: ['group:farm-ops'] },
        ],
        checks: ['integration-tests'],
      });
      // Evidence comes first: a check that arrives later makes votes lapse.
      await check('success', 1, 'cia');
      expect((await missing()).checks).toEqual(['integration-tests']);
      await check();
      expect((await missing()).checks).toEqual([]);
      await vote('dan', id);
      expect((await missing()).approvals).toHaveLength(1);
      expect((await vote('eve', id)).body.request.state).toBe('executed');
    });

    test('hold up what is not good enough, with the figures', async () => {
      await put(STRICT);
      await register(0.8);
      await move(1, 'staging');
      const { status, body } = await move(1, 'production');
      expect([status, body.code, body.detail]).toEqual([
        409,
        'gate_failed',
        'layer-count version 1 does not pass a gate of policy strict: accuracy is 0.8; at least 0.9 is wanted.',
      ]);
      expect(body.gates).toMatchObject([
        { metric: 'accuracy', outcome: 'failed', value: 0.8 },
        { metric: 'accuracy', outcome: 'passed' },
      ]);
    });

    test('an open request keeps the revision that it was opened with', async () => {
      await put(STRICT);
      await register();
      await move(1, 'staging');
      const { id } = (await move(1, 'production')).body.request;
      const { etag } = await as('root', 'GET', '/policies/strict');
      await put({ ...STRICT, transitions: [{ from: ['development'], to: 'staging' }] }, { 'if-match': etag });
      await check();
      await vote('cia', id);
      expect((await vote('eve', id)).body.request).toMatchObject({
        state: 'executed',
        policy: { revision: 1 },
      });
    });

    test('are tried out on what happened, before they are written', async () => {
      await register(0.95);
      await move(1, 'staging');
      server.clock.advance(1_000);
      await move(1, 'production');
      server.clock.advance(1_000);
      await register(0.8);
      await move(2, 'staging');
      server.clock.advance(1_000);
      const at = new Date(server.clock.now()).toISOString();
      await move(2, 'production');
      const draft = {
        name: 'draft',
        applies_to: { models: ['layer-*'] },
        transitions: [
          { from: ['development'], to: 'staging' },
          {
            from: ['staging'],
            to: 'production',
            gates: [{ metric: 'accuracy', not_worse_than: 'production', tolerance: '1%' }],
          },
        ],
      };
      const simulate = (policy: object, who = 'root') =>
        as(who, 'POST', '/policies/draft/simulate', { payload: { policy } });
      expect((await simulate(draft)).body).toEqual({
        success: true,
        models: 1,
        transitions: 4,
        stopped: [
          {
            model_name: 'layer-count',
            version: 2,
            from_stage: 'staging',
            to_stage: 'production',
            at,
            reason:
              'accuracy is 0.8, 0.95 of version 1 in production: −0.15, which is worse; 1% is tolerated',
          },
        ],
        truncated: false,
      });
      const reasons = async (policy: object) =>
        (await simulate(policy)).body.stopped.map(
          ({ version, reason }: { version: number; reason: string }) => [version, reason],
        );
      expect(await reasons(STRICT)).toEqual([
        [1, '2 approvals are wanted, and 0 were given'],
        [2, '2 approvals are wanted, and 0 were given'],
      ]);
      expect(await reasons({ ...draft, transitions: [{ from: ['archived'], to: 'staging' }] })).toHaveLength(
        4,
      );
      expect((await simulate({ name: 'draft' })).status).toBe(400);
      expect((await simulate(draft, 'ada')).status).toBe(403);
    });

    test('a name that another one governs is not to be had while there is something to guard', async () => {
      await put(STRICT);
      await register();
      const rename = () => {
        server.actAs(people.actor('root'));
        return server.app.inject({
          method: 'POST',
          url: '/api/2.0/mlflow/registered-models/rename',
          payload: { name: 'layer-count', new_name: 'free' },
        });
      };
      await move(1, 'staging');
      const refused = await rename();
      expect([refused.statusCode, refused.json().message]).toEqual([
        403,
        expect.stringContaining('policy open in place of strict'),
      ]);
    });
  });
