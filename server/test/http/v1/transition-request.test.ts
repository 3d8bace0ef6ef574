import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type TestApp, testApp } from '../../support/app.ts';
import { storeTargets } from '../../support/store-targets.ts';
import { People } from './people.ts';

const FIELDS = {
  name: 'fields',
  applies_to: { models: ['field-*'] },
  transitions: [
    { from: ['development'], to: 'staging' },
    {
      from: ['staging'],
      to: 'production',
      approvals: [{ required: 1, from: ['role:approver'] }],
      exclude: ['author', 'requester'],
      checks: [{ name: 'integration-tests' }],
      gates: [{ metric: 'accuracy', at_least: 0.9 }],
      execute: 'manual',
    },
  ],
  exclusive: { production: { displaced_to: 'staging' } },
  aliases: {
    champion: { follows: 'stage:production' },
    live: {
      protected: {
        approvals: [{ required: 1, from: ['role:approver'] }],
        exclude: ['author', 'requester'],
      },
    },
  },
};

for (const target of storeTargets.filter(({ name }) => name !== 'SQLite file'))
  describe(`transition requests, on ${target.name}`, () => {
    let server: TestApp;
    let people: People;

    beforeEach(async () => {
      const governance = { requireApproval: true, baseUrl: 'https://registry.farm.example' };
      server = await testApp({ target, parts: { governance } });
      people = new People(server);
      await people.add({
        ada: { role: 'writer' },
        ben: { role: 'writer' },
        cia: { role: 'approver' },
        dan: { role: 'approver' },
        root: { role: 'admin' },
        rea: { role: 'reader' },
      });
      await people.as('root', 'PUT', '/api/v1/policies/fields', FIELDS, { 'if-none-match': '*' });
    });
    afterEach(() => server.close());

    const register = (name = 'field-count', accuracy = 0.95) =>
      people.as('ada', 'POST', '/api/v1/models/register', {
        model_name: name,
        model_type: 'custom',
        metrics: { accuracy },
      });
    const ask = (who: string, version: number, wanted: object, name = 'field-count', more: object = {}) =>
      people.as(who, 'POST', '/api/v1/transition-requests', {
        model_name: name,
        version,
        target: wanted,
        ...more,
      });
    const preview = (who: string, version: number, wanted: object, name = 'field-count') =>
      people.as(who, 'POST', '/api/v1/transition-requests/preview', {
        model_name: name,
        version,
        target: wanted,
      });
    const vote = async (who: string, id: string, decision = 'approve') => {
      const { digest } = (await people.as('root', 'GET', `/api/v1/transition-requests/${id}`)).body.request;
      return people.as(who, 'POST', `/api/v1/transition-requests/${id}/votes`, { decision, digest });
    };
    const view = async (version: number) =>
      (await people.as('rea', 'GET', `/api/v1/models/field-count?version=${version}`)).body;
    const byMlflow = (who: string, method: 'POST' | 'DELETE', payload: object) =>
      people.as(who, method, '/api/2.0/mlflow/registered-models/alias', { name: 'field-count', ...payload });

    test('a request is opened once, and joined by who asks again', async () => {
      await register('m');
      await people.as('ada', 'POST', '/api/v1/models/m/versions/1/seal');
      expect((await ask('ada', 1, { stage: 'staging' }, 'm')).body.request.state).toBe('executed');
      const first = await ask('ben', 1, { stage: 'production' }, 'm', { reason: 'ready' });
      expect(first.status).toBe(201);
      expect(first.body.request).toMatchObject({
        model_name: 'm',
        version: 1,
        target: 'stage:production',
        state: 'open',
        reason: 'ready',
        policy: { name: 'guarded', revision: 1 },
        missing: { approvals: [{ required: 1, from: ['role:approver'] }], checks: [] },
        available_actions: ['withdraw'],
      });
      const again = await ask('cia', 1, { stage: 'Production' }, 'm');
      expect([again.status, again.body.request.id]).toEqual([200, first.body.request.id]);
      expect(again.body.request.requesters.map(({ name }: { name: string }) => name)).toEqual(['ben', 'cia']);
      expect((await vote('cia', first.body.request.id)).status).toBe(403);
      expect((await vote('dan', first.body.request.id)).body.request.state).toBe('executed');
      expect((await ask('ben', 1, { stage: 'production' }, 'm')).body.code).toBe('already_in_stage');
    });

    test('what is asked for is looked at', async () => {
      await register();
      const said = async (wanted: object, more: object = {}) => {
        const { status, body } = await ask('ada', 1, wanted, 'field-count', more);
        return [status, body.code, body.errors?.[0]?.path];
      };
      expect(await said({})).toEqual([400, 'invalid_argument', '/target']);
      expect(await said({ stage: 'staging', alias: 'live' })).toEqual([400, 'invalid_argument', '/target']);
      expect(await said({ stage: 'heaven' })).toEqual([400, 'invalid_argument', '/target/stage']);
      expect(await said({ alias: 'v1' })).toEqual([400, 'invalid_argument', 'alias']);
      expect(await said({ alias: 'free' })).toEqual([409, 'transition_not_allowed', undefined]);
      expect(await said({ stage: 'production' })).toEqual([409, 'transition_not_allowed', undefined]);
      expect(await said({ stage: 'staging' }, { version: 9 })).toEqual([404, 'version_not_found', undefined]);
      expect((await ask('rea', 1, { stage: 'staging' })).status).toBe(403);
      expect((await ask('ada', 1, { stage: 'staging' }, 'nobody')).status).toBe(404);
    });

    test('a preview says what it would take, and opens nothing', async () => {
      await register('field-count', 0.8);
      expect((await preview('ada', 1, { stage: 'production' })).body.preview).toMatchObject({
        from_stage: 'development',
        outcome: 'refused',
        refusal: { code: 'transition_not_allowed' },
        execute: null,
      });
      expect((await preview('ada', 1, { stage: 'staging' })).body.preview).toMatchObject({
        policy: { name: 'fields', revision: 1 },
        outcome: 'at_once',
        refusal: null,
        approvals: [],
      });
      await ask('ada', 1, { stage: 'staging' });
      const bad = (await preview('ada', 1, { stage: 'production' })).body.preview;
      expect(bad).toMatchObject({
        outcome: 'refused',
        refusal: { code: 'gate_failed' },
        gates: [{ metric: 'accuracy', outcome: 'failed', value: 0.8 }],
      });
      await register('field-count', 0.95);
      await ask('ada', 2, { stage: 'staging' });
      expect((await preview('ben', 2, { stage: 'production' })).body.preview).toMatchObject({
        model_name: 'field-count',
        version: 2,
        target: 'stage:production',
        outcome: 'needs_request',
        refusal: null,
        approvals: [{ required: 1, from: ['role:approver'] }],
        exclude: ['author', 'requester'],
        approvers: ['cia', 'dan', 'root'],
        checks: [{ name: 'integration-tests', from: [], missing: true }],
        gates: [{ outcome: 'passed' }],
        execute: 'manual',
      });
      expect((await preview('cia', 2, { stage: 'production' })).body.preview.approvers).toEqual([
        'dan',
        'root',
      ]);
      expect(
        (await people.as('root', 'GET', '/api/v1/transition-requests?state=open')).body.requests,
      ).toEqual([]);
      expect((await preview('rea', 2, { stage: 'production' })).status).toBe(403);
    });

    test('a protected alias is got by a request, whichever door is tried', async () => {
      await register();
      await register();
      const refused = await byMlflow('ada', 'POST', { alias: 'Live', version: '1' });
      expect([refused.status, refused.body.error_code]).toEqual([403, 'PERMISSION_DENIED']);
      const { requests } = (await people.as('root', 'GET', '/api/v1/transition-requests?state=open')).body;
      expect(requests).toMatchObject([{ target: 'alias:live', version: 1, state: 'open' }]);
      const [{ id }] = requests;
      expect(refused.body.message).toBe(
        `field-count version 1 needs 1 approval to get the alias live (policy fields, revision 1). Request ${id} is open; approve it at https://registry.farm.example/api/v1/transition-requests/${id}`,
      );
      const put = await people.as('ada', 'PUT', '/api/v1/models/field-count/aliases/live', { version: 1 });
      expect([put.status, put.body.transition_request_id]).toEqual([409, id]);
      expect((await ask('ben', 1, { alias: 'LIVE' })).body.request.id).toBe(id);
      const other = (await ask('ben', 2, { alias: 'live' })).body.request;
      expect((await vote('ben', id)).body.code).toBe('not_eligible');
      expect((await view(1)).aliases).toEqual([]);

      server.clock.advance(1_000);
      expect((await vote('cia', id)).body.request.state).toBe('executed');
      expect((await view(1)).aliases).toEqual(['live']);
      const { intervals } = (
        await people.as('rea', 'GET', '/api/v1/models/field-count/history?slot=alias:live')
      ).body;
      expect(intervals).toMatchObject([{ version: 1, origin: 'request', request_id: id, actor: 'cia' }]);
      expect(
        (await people.as('root', 'GET', `/api/v1/transition-requests/${other.id}`)).body.request,
      ).toMatchObject({ state: 'superseded', end_reason: 'version 1 entered first' });

      // It is there: nothing to ask for, and nothing to take away.
      expect((await byMlflow('ada', 'POST', { alias: 'live', version: '1' })).status).toBe(200);
      expect((await ask('ben', 1, { alias: 'live' })).body.code).toBe('transition_not_allowed');
      expect((await byMlflow('cia', 'DELETE', { alias: 'live' })).status).toBe(403);
      expect((await byMlflow('ada', 'POST', { alias: 'free', version: '2' })).status).toBe(200);
    });

    test('an alias that follows a stage is asked for as the stage', async () => {
      await register();
      await ask('ada', 1, { stage: 'staging' });
      const { request } = (await ask('ben', 1, { alias: 'Champion' })).body;
      expect(request.target).toBe('stage:production');
      expect(request.missing.checks).toEqual(['integration-tests']);
    });
  });
