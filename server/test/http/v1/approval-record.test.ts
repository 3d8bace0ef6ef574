import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type TestApp, testApp } from '../../support/app.ts';
import { storeTargets } from '../../support/store-targets.ts';
import { People } from './people.ts';

const HOUR_MS = 3_600_000;

for (const target of storeTargets.filter(({ name }) => name !== 'SQLite file'))
  describe(`what is told of approvals afterwards, on ${target.name}`, () => {
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
    async function register(more: object = {}): Promise<number> {
      const { body } = await as('ada', 'POST', '/api/v1/models/register', {
        model_name: 'm',
        model_type: 'custom',
        ...more,
      });
      expect((await move('ada', body.version, 'staging')).status).toBe(200);
      return body.version;
    }
    const ask = async (version: number) =>
      (await move('ada', version, 'production', { reason: 'passed all tests' })).body.request;
    const get = async (id: string) =>
      (await as('root', 'GET', `/api/v1/transition-requests/${id}`)).body.request;
    async function approve(id: string) {
      const { digest } = await get(id);
      const vote = { decision: 'approve', digest, comment: 'well done' };
      const voted = await as('cia', 'POST', `/api/v1/transition-requests/${id}/votes`, vote);
      expect(voted.body.request, JSON.stringify(voted.body)).toMatchObject({ state: 'executed' });
    }
    const told = {
      target: 'stage:production',
      policy: { name: 'guarded', revision: 1 },
      requesters: [{ name: 'ada' }],
      votes: [{ voter: { name: 'cia' }, decision: 'approve', comment: 'well done', self: false }],
    };

    test('the history of an instant names the request and every vote, also after a deletion', async () => {
      const version = await register({ data_version: 'herd-7' });
      const { id } = await ask(version);
      await approve(id);
      server.clock.advance(HOUR_MS);
      const at = encodeURIComponent(new Date(server.clock.now()).toISOString());
      server.clock.advance(HOUR_MS);
      const history = async () => (await as('root', 'GET', `/api/v1/models/m/history?at=${at}`)).body;
      const { digest, evidence_digest: evidence } = await get(id);
      const { holder } = await history();
      expect(holder).toMatchObject({
        version,
        digest,
        request: { id, ...told, evidence_digest: evidence },
      });
      expect(holder.request.votes[0].digest).toBe(digest);
      await move('cia', version, 'archived', { reason: 'worn out' });
      expect((await as('cia', 'DELETE', `/api/v1/models/m/versions/${version}`)).status).toBe(200);
      const left = { to: new Date(server.clock.now()).toISOString() };
      expect((await history()).holder).toEqual({ ...holder, ...left });
      const gone = await as('root', 'GET', `/api/v1/models/m/versions/${version}`);
      expect([gone.status, gone.body.tombstone]).toMatchObject([
        410,
        {
          digest,
          framework: 'custom',
          data_version: 'herd-7',
          code_version: null,
          approvals: [{ id, ...told }],
        },
      ]);
      const listed = await as('root', 'GET', '/api/v1/models/m/versions?include=tombstones');
      expect(listed.body.tombstones).toEqual([gone.body.tombstone]);
    });

    test('a stay that nobody approved has no request', async () => {
      const version = await register();
      server.clock.advance(HOUR_MS);
      const { holder } = (await as('root', 'GET', at('stage:staging'))).body;
      expect(holder).toMatchObject({ version, request: null });
    });
    const at = (slot: string) =>
      `/api/v1/models/m/history?slot=${slot}&at=${encodeURIComponent(new Date(server.clock.now()).toISOString())}`;

    test('an open request compares with who is there, and says who has to leave', async () => {
      const first = await register({ metrics: { accuracy: 0.9 } });
      const opened = await ask(first);
      expect(await get(opened.id)).toMatchObject({ comparison: null, displaces: [] });
      await approve(opened.id);
      const second = await register({ metrics: { accuracy: 0.95 } });
      const { id } = await ask(second);
      expect(await get(id)).toMatchObject({
        displaces: [first],
        comparison: {
          version1: first,
          version2: second,
          metrics_diff: { accuracy: { v1: 0.9, v2: 0.95, diff: 0.05, verdict: 'better' } },
          verdict: { outcome: 'better' },
        },
      });
      await approve(id);
      expect(await get(id)).toMatchObject({ comparison: null, displaces: [] });
    });
  });

test('several holders of a stage that became exclusive conflict until the next one comes', async () => {
  await using server = await testApp();
  const call = async (
    method: 'GET' | 'POST' | 'PUT',
    url: string,
    payload?: object,
    headers: object = {},
  ) => {
    const answer = await server.app.inject({
      method,
      url,
      headers: { ...headers },
      ...(payload && { payload }),
    });
    expect(answer.statusCode, answer.body).toBeLessThan(300);
    return answer.json();
  };
  for (const version of ['1', '2', '3']) {
    await call('POST', '/api/v1/models/register', { model_name: 'm', model_type: 'custom' });
    if (version !== '3')
      await call('POST', '/api/2.0/mlflow/model-versions/transition-stage', {
        name: 'm',
        version,
        stage: 'Production',
        archive_existing_versions: false,
      });
  }
  const conflicting = async (version: number) =>
    (await call('GET', `/api/v1/models/m/versions/${version}`)).conflicting;
  expect([await conflicting(1), await conflicting(2)]).toEqual([false, false]);
  const policy = {
    name: 'one-only',
    applies_to: { models: ['m'] },
    transitions: [
      { from: ['development'], to: 'production', approvals: [{ required: 1, from: ['role:approver'] }] },
    ],
    exclusive: { production: { displaced_to: 'archived' } },
  };
  await call('PUT', '/api/v1/policies/one-only', policy, { 'if-none-match': '*' });
  expect([await conflicting(1), await conflicting(2), await conflicting(3)]).toEqual([true, true, false]);
  const asked = { model_name: 'm', version: 3, new_stage: 'production' };
  const { request } = await call('POST', '/api/v1/models/transition', asked);
  expect(request.displaces.toSorted()).toEqual([1, 2]);
  await call('POST', `/api/v1/transition-requests/${request.id}/votes`, {
    decision: 'approve',
    digest: null,
  });
  const stages = (await call('GET', '/api/v1/models/m/versions')).versions.map(
    ({ stage }: { stage: string }) => stage,
  );
  expect(stages).toEqual(['production', 'archived', 'archived']);
  expect(await conflicting(3)).toBe(false);
});
