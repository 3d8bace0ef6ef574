import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { canonicalJson } from '../../../src/domain/canonical-json.ts';
import { randomIds } from '../../../src/host/ids.ts';
import { noteFileUses } from '../../../src/jobs/note-file-uses.ts';
import { retainVersions } from '../../../src/jobs/retain-versions.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { storeTargets } from '../../support/store-targets.ts';
import { People } from './people.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

interface Entry {
  readonly model_name: string;
  readonly version: number;
  readonly action: string;
  readonly reason: string;
  readonly bytes: number;
  readonly outcome?: string | null;
}

for (const target of storeTargets.filter(({ name }) => name !== 'SQLite file'))
  describe(`retention, on ${target.name}`, () => {
    let server: TestApp;
    let people: People;

    beforeEach(async () => {
      server = await testApp({
        target,
        parts: {
          ids: randomIds,
          governance: { requireApproval: true, baseUrl: 'https://registry.farm.example' },
        },
      });
      people = new People(server);
      await people.add({
        ada: { role: 'writer' },
        cia: { role: 'approver' },
        dan: { role: 'approver' },
        root: { role: 'admin' },
      });
    });
    afterEach(() => server.close());

    const as = (...call: Parameters<People['as']>) => people.as(...call);
    async function ok(...call: Parameters<People['as']>) {
      const answer = await as(...call);
      expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
      return answer.body;
    }
    /** A second after whatever was before, so that times are told apart. */
    const register = (name = 'm', more: object = {}) => {
      server.clock.advance(1_000);
      return ok('ada', 'POST', '/api/v1/models/register', {
        model_name: name,
        model_type: 'custom',
        ...more,
      });
    };
    /** So many days, and a minute. */
    const days = (count: number) => server.clock.advance(count * DAY_MS + 60_000);
    const move = (version: number, stage: string, more: object = {}) =>
      ok('root', 'POST', '/api/v1/models/transition', {
        model_name: 'm',
        version,
        new_stage: stage,
        reason: 'it has to be so',
        ...more,
      });
    const plan = async () => (await ok('root', 'POST', '/api/v1/retention/plans')).plan;
    const apply = (made: { id: string; digest: string }, more: object = {}) =>
      as('root', 'POST', `/api/v1/retention/plans/${made.id}/apply`, { digest: made.digest, ...more });
    const stageOf = async (version: number, name = 'm') =>
      (await ok('root', 'GET', `/api/v1/models/${name}?version=${version}`)).stage;
    const brief = (entries: readonly Entry[]) => entries.map((one) => [one.version, one.action, one.reason]);
    const keptOf = async (): Promise<Record<string, string>> =>
      Object.fromEntries(
        (await plan()).kept.map(({ model_name, version, reason }: Entry) => [
          `${model_name}/${version}`,
          reason,
        ]),
      );
    const eventsOf = async (action: string) =>
      (await ok('root', 'GET', `/api/v1/audit/events?action=${action}`)).events;
    /** All that the job has to do now. */
    async function runJob(): Promise<void> {
      while ((await retainVersions.turn(server.deps)).more);
    }
    const retention = async () => (await ok('ada', 'GET', '/api/v1/retention')).retention;

    test('archives what nobody touched for its days, by a plan that says what and why', async () => {
      for (const _ of [1, 2, 3]) await register();
      await move(2, 'staging');
      days(30);
      const made = await plan();
      const reason = (since: string) => `development, untouched since ${since}; 30 days allowed`;
      expect(made).toMatchObject({
        state: 'planned',
        made_by: 'root',
        kept: [],
        totals: { versions: 3, archive: 2, purge: 0, kept: 0, not_due: 1 },
        waiting: 2,
      });
      expect(brief(made.actions)).toEqual([
        [1, 'archive', reason('2026-03-04T06:00:01.000Z')],
        [3, 'archive', reason('2026-03-04T06:00:03.000Z')],
      ]);
      const hashed = made.actions.map(({ outcome: _, ...action }: Entry) => action);
      expect(made.digest).toBe(`sha256:${createHash('sha256').update(canonicalJson(hashed)).digest('hex')}`);
      expect(await stageOf(1)).toBe('development');
      expect((await plan()).digest).toBe(made.digest);

      const applied = await apply(made);
      expect(applied.status, JSON.stringify(applied.body)).toBe(200);
      expect(applied.body.plan).toMatchObject({ state: 'applied', applied_by: 'root', done: 2, left_out: 0 });
      expect(applied.body.plan.actions.map(({ outcome }: Entry) => outcome)).toEqual(['done', 'done']);
      expect([await stageOf(1), await stageOf(2), await stageOf(3)]).toEqual([
        'archived',
        'staging',
        'archived',
      ]);
      const { intervals } = await ok('root', 'GET', '/api/v1/models/m/history?slot=stage:archived');
      expect(intervals[0]).toMatchObject({
        version: 3,
        origin: 'retention',
        actor: 'system:retention',
        reason: reason('2026-03-04T06:00:03.000Z'),
      });
      expect((await eventsOf('retention.apply'))[0]).toMatchObject({
        actor: { kind: 'user' },
        after: { archive: 2 },
      });
      const again = await apply(made);
      expect([again.status, again.body.code]).toEqual([409, 'plan_applied']);
    });

    test('is for who may say what happens to every model, and nobody else', async () => {
      expect((await as('cia', 'POST', '/api/v1/retention/plans')).status).toBe(403);
      const made = await plan();
      for (const path of ['', '/actions', '/kept'])
        expect((await as('cia', 'GET', `/api/v1/retention/plans/${made.id}${path}`)).status).toBe(403);
      expect(
        (await as('cia', 'POST', `/api/v1/retention/plans/${made.id}/apply`, { digest: made.digest })).status,
      ).toBe(403);
      expect(await retention()).toMatchObject({
        days: { development: 30, staging: 90, production: 365, archived: 1095 },
        purge: false,
        grace_hours: 72,
        max_share: 0.2,
        next_run_at: null,
        last_run: null,
      });
    });

    test('a touch begins the time again: tag, alias, stage, a file that is fetched', async () => {
      for (const _ of [1, 2, 3, 4, 5, 6]) await register();
      await ok(
        'ada',
        'PUT',
        '/api/v1/models/m/versions/5/files/a.txt',
        { a: 1 },
        { 'content-type': 'application/octet-stream' },
      );
      await ok('ada', 'POST', '/api/v1/models/m/versions/5/seal');
      days(20);
      await ok('ada', 'PATCH', '/api/v1/models/m/versions/1', { tags: { a: 'b' } });
      await ok('ada', 'POST', '/api/2.0/mlflow/model-versions/set-tag', {
        name: 'm',
        version: '2',
        key: 'a',
        value: 'b',
      });
      await ok('ada', 'PUT', '/api/v1/models/m/aliases/blue', { version: 3 });
      await ok('ada', 'DELETE', '/api/v1/models/m/aliases/blue');
      await move(4, 'staging');
      await move(4, 'development');
      await ok('ada', 'GET', '/api/v1/models/m/versions/5/files/a.txt');
      await noteFileUses.turn(server.deps);
      days(10);
      expect((await plan()).actions.map(({ version }: Entry) => version)).toEqual([6]);
      days(20);
      expect((await plan()).totals).toMatchObject({ archive: 6 });
    });

    test('keeps what is new, held, asked for, protected, or needed by something live', async () => {
      await ok('root', 'PUT', '/api/v1/policies/strict', {
        name: 'strict',
        applies_to: { models: ['m'] },
        transitions: [
          { from: ['development'], to: 'staging' },
          { from: ['staging'], to: 'production', approvals: [{ required: 1, from: ['role:approver'] }] },
          { from: ['development', 'staging'], to: 'archived' },
        ],
        exclusive: { production: { displaced_to: 'archived' } },
        aliases: { live: { protected: { approvals: [{ required: 0, from: ['role:approver'] }] } } },
        rollback_window: 'P30D',
      });
      for (const _ of [1, 2, 3, 4]) await register();
      await register('m', { parent_model: 'm/4' });
      await move(5, 'production', { force: true });
      await ok('cia', 'POST', '/api/v1/holds', {
        model_name: 'm',
        version: 1,
        reason: 'r',
        reference: 'LEGAL-14',
      });
      await move(2, 'staging');
      const { request } = await ok('ada', 'POST', '/api/v1/transition-requests', {
        model_name: 'm',
        version: 2,
        target: { stage: 'production' },
        reason: 'r',
      });
      await ok('ada', 'POST', '/api/v1/transition-requests', {
        model_name: 'm',
        version: 3,
        target: { alias: 'live' },
        reason: 'r',
      });
      days(365);
      await register();
      expect(await keptOf()).toEqual({
        'm/1': 'hold LEGAL-14',
        'm/2': `named in the open transition request ${request.id}`,
        'm/3': 'under the alias live, which policy strict guards',
        'm/4': 'parent of m/5',
        'm/5': 'live',
      });
      expect((await plan()).actions).toEqual([]);
    });

    test('nothing goes in its first hour, however short its time is', async () => {
      await ok('root', 'PUT', '/api/v1/policies/hasty', {
        name: 'hasty',
        applies_to: { models: ['*'] },
        transitions: [{ from: ['development'], to: 'archived' }],
        retention: { development: 'PT1S' },
      });
      await register();
      server.clock.advance(HOUR_MS - 1);
      expect(await keptOf()).toEqual({ 'm/1': 'registered less than an hour ago' });
      server.clock.advance(1);
      expect((await plan()).totals).toMatchObject({ archive: 1, kept: 0 });
    });

    test('a policy says more: other times, the newest, what was in production, tags that lengthen', async () => {
      await ok('root', 'PUT', '/api/v1/policies/farm', {
        name: 'farm',
        applies_to: { models: ['m'] },
        transitions: [
          { from: ['development', 'archived'], to: 'production' },
          { from: ['development', 'production'], to: 'archived' },
          { from: ['staging'], to: 'archived', approvals: [{ required: 1, from: ['role:approver'] }] },
          { from: ['development'], to: 'staging' },
        ],
        exclusive: { production: { displaced_to: 'archived' } },
        rollback_window: 'P7D',
        retention: {
          development: 'P10D',
          archived: 'P20D',
          keep_last: 1,
          ever_in_production: 'P40D',
          tags: [{ key: 'purpose', value: 'audit', development: 'P60D', staging: 'P1D' }],
        },
      });
      for (const _ of [1, 2, 3, 4, 5]) await register();
      await register('other');
      await ok('ada', 'PATCH', '/api/v1/models/m/versions/2', { tags: { purpose: 'audit' } });
      await move(3, 'production');
      await move(4, 'production');
      days(10);
      const first = await plan();
      expect(first.actions.map(({ version }: Entry) => version)).toEqual([1]);
      expect(await keptOf()).toEqual({ 'm/5': 'one of the 1 newest; policy farm keeps them' });
      days(20);
      const until = '2026-03-04T06:00:06.001Z';
      expect((await keptOf())['m/3']).toBe(`in production until ${until}; policy farm keeps what was there`);
      days(10);
      const later = await plan();
      expect(
        later.actions.map(({ model_name, version, action }: Entry) => [model_name, version, action]),
      ).toEqual([
        ['m', 1, 'archive'],
        ['m', 3, 'purge'],
        ['other', 1, 'archive'],
      ]);
      await move(2, 'staging');
      days(90);
      expect((await keptOf())['m/2']).toBe('policy farm wants an approval or a check for it');
    });

    test('who was in production before stays as long as a rollback may want it', async () => {
      await ok('root', 'PUT', '/api/v1/policies/back', {
        name: 'back',
        applies_to: { models: ['m'] },
        transitions: [
          { from: ['development'], to: 'production' },
          { from: ['development'], to: 'archived' },
        ],
        exclusive: { production: { displaced_to: 'archived' } },
        rollback_window: 'P30D',
        retention: { archived: 'P1D' },
      });
      for (const _ of [1, 2]) await register();
      await move(1, 'production');
      await move(2, 'production');
      days(1);
      expect((await keptOf())['m/1']).toMatch(
        /^in production until .*; policy back still lets it come back$/,
      );
      days(29);
      expect((await plan()).totals).toMatchObject({ purge: 1 });
    });

    test('a version under any alias is never purged; a deprecated one counts from its deprecation', async () => {
      for (const _ of [1, 2, 3]) await register();
      await move(1, 'archived');
      await ok('ada', 'PUT', '/api/v1/models/m/aliases/blue', { version: 1 });
      await move(2, 'archived');
      await move(3, 'archived');
      days(1);
      await move(3, 'deprecated');
      days(1094);
      expect(await keptOf()).toEqual({ 'm/1': 'under the alias blue' });
      expect((await plan()).actions.map(({ version }: Entry) => version)).toEqual([2]);
      days(1);
      expect((await plan()).actions.map(({ version }: Entry) => version)).toEqual([2, 3]);
    });

    test('while RETENTION_PURGE is false nothing is purged, whoever applies the plan', async () => {
      await register();
      await move(1, 'archived');
      days(1095);
      const made = await plan();
      expect(made.totals).toMatchObject({ purge: 1 });
      const { plan: applied } = (await apply(made)).body;
      expect(applied).toMatchObject({ state: 'applied', done: 0, left_out: 1 });
      expect(applied.actions[0].outcome).toBe('RETENTION_PURGE is false');
      expect(await stageOf(1)).toBe('archived');
    });

    test('what is not as it was planned stops the whole plan, and is named', async () => {
      for (const _ of [1, 2, 3, 4]) await register();
      days(30);
      const made = await plan();
      await ok('cia', 'POST', '/api/v1/holds', {
        model_name: 'm',
        version: 1,
        reason: 'r',
        reference: 'LEGAL-14',
      });
      await move(2, 'archived');
      await ok('ada', 'PATCH', '/api/v1/models/m/versions/3', { tags: { a: 'b' } });
      const refused = await apply(made);
      expect([refused.status, refused.body.code]).toEqual([409, 'plan_changed']);
      expect(refused.body.differences).toEqual([
        { model_name: 'm', version: 1, planned: 'archive', now: 'hold LEGAL-14' },
        { model_name: 'm', version: 2, planned: 'archive', now: 'its time has not come' },
        { model_name: 'm', version: 3, planned: 'archive', now: 'its time has not come' },
      ]);
      expect(await stageOf(4)).toBe('development');
      await ok('root', 'DELETE', '/api/v1/models/m/versions/4');
      expect((await apply(made)).body.differences.at(-1)).toMatchObject({ version: 4, now: 'it is gone' });
      const other = await apply({ ...(await plan()), digest: `sha256:${'0'.repeat(64)}` });
      expect([other.status, other.body.code]).toEqual([409, 'plan_changed']);
    });

    test('versions that came since are none of its business', async () => {
      await register();
      days(30);
      const made = await plan();
      await register();
      server.clock.advance(HOUR_MS);
      expect((await apply(made)).body.plan).toMatchObject({ done: 1 });
    });

    test('a plan lives for a day', async () => {
      await register();
      days(30);
      const made = await plan();
      days(1);
      const late = await apply(made);
      expect([late.status, late.body.code]).toEqual([404, 'resource_not_found']);
      expect(late.body.detail).toContain('lives for 24 hours');
      expect((await as('root', 'GET', '/api/v1/retention/plans/none')).status).toBe(404);
    });

    test('more than the cap allows takes a word of its own', async () => {
      for (let i = 0; i < 11; i += 1) await register();
      days(30);
      const made = await plan();
      const refused = await apply(made);
      expect([refused.status, refused.body.code]).toEqual([409, 'retention_cap']);
      expect(refused.body.detail).toBe(
        'It would change 11 of 11 versions (100 %); RETENTION_MAX_SHARE allows 20 %. To do it all the same, apply with "override_cap": true and a reason.',
      );
      expect(refused.body.figures).toEqual({ versions: 11, all_versions: 11, bytes: 0, all_bytes: 0 });
      expect((await apply(made, { override_cap: true })).status).toBe(400);
      expect((await apply(made, { override_cap: true, reason: 'short' })).status).toBe(400);
      expect((await apply(made, { reason: 'a reason without a purpose' })).status).toBe(400);
      const passed = await apply(made, { override_cap: true, reason: 'cleaning up after the pilot' });
      expect(passed.body.plan).toMatchObject({ done: 11, override_reason: 'cleaning up after the pilot' });
      expect((await eventsOf('retention.apply'))[0].reason).toBe('cleaning up after the pilot');
    });

    test('lists are read in pages', async () => {
      for (const _ of [1, 2, 3]) await register();
      await ok('cia', 'POST', '/api/v1/holds', { model_name: 'm', version: 3, reason: 'r' });
      days(30);
      const { id } = await plan();
      const first = await ok('root', 'GET', `/api/v1/retention/plans/${id}/actions?limit=1`);
      const url = `/api/v1/retention/plans/${id}/actions?limit=1&page_token=${first.next_page_token}`;
      const second = await ok('root', 'GET', url);
      expect([first, second].map(({ actions }) => actions[0].version)).toEqual([1, 2]);
      expect(second.next_page_token).toBeUndefined();
      expect((await ok('root', 'GET', `/api/v1/retention/plans/${id}/kept`)).kept).toEqual([
        { model_name: 'm', version: 3, action: 'keep', reason: 'hold: r', bytes: 0 },
      ]);
      expect((await as('root', 'GET', `/api/v1/retention/plans/${id}/kept?page_token=x`)).status).toBe(400);
    });

    test('prompts, and what was deleted, are left alone', async () => {
      await ok('ada', 'POST', '/api/2.0/mlflow/registered-models/create', {
        name: 'p',
        tags: [{ key: 'mlflow.prompt.is_prompt', value: 'true' }],
      });
      await ok('ada', 'POST', '/api/2.0/mlflow/model-versions/create', {
        name: 'p',
        source: 'prompt-template',
        tags: [{ key: 'mlflow.prompt.is_prompt', value: 'true' }],
      });
      for (const _ of [1, 2]) await register();
      await ok('root', 'DELETE', '/api/v1/models/m/versions/1');
      days(100);
      const made = await plan();
      expect(made.totals.versions).toBe(1);
      expect(made.actions.map(({ model_name, version }: Entry) => [model_name, version])).toEqual([['m', 2]]);
    });

    describe('by itself', () => {
      test('runs once a day, the first time a day after the first start', async () => {
        await register();
        server.clock.advance(40 * DAY_MS);
        await runJob();
        expect(await stageOf(1)).toBe('development');
        expect((await retention()).next_run_at).toBe('2026-04-14T06:00:01.000Z');
        server.clock.advance(DAY_MS - 1);
        await runJob();
        expect((await retention()).last_run).toBeNull();
        server.clock.advance(1);
        await runJob();
        expect(await stageOf(1)).toBe('archived');
        expect((await eventsOf('retention.apply'))[0].actor).toMatchObject({
          id: 'system:retention',
          kind: 'system',
        });
        // Days that were missed are not made up for, and the hour stays.
        server.clock.advance(3 * DAY_MS + HOUR_MS);
        await runJob();
        const { last_run, next_run_at } = await retention();
        expect(last_run).toMatchObject({
          at: '2026-04-17T07:00:01.000Z',
          outcome: 'applied',
          message: '0 to archive; 0 to purge, but RETENTION_PURGE is false; 0 kept.',
        });
        expect(next_run_at).toBe('2026-04-18T06:00:01.000Z');
      });

      test('stops at the cap, and tells', async () => {
        for (let i = 0; i < 11; i += 1) await register();
        await runJob();
        server.clock.advance(31 * DAY_MS);
        await runJob();
        const { last_run } = await retention();
        expect(last_run).toMatchObject({ outcome: 'capped' });
        expect(last_run.message).toContain('It would change 11 of 11 versions');
        const { plan: waiting } = await ok('root', 'GET', `/api/v1/retention/plans/${last_run.plan_id}`);
        expect(waiting).toMatchObject({ state: 'planned', made_by: 'system:retention' });
        expect(await stageOf(1)).toBe('development');
      });

      test('does nothing when the clock was set, however short it was set before the run', async () => {
        await register();
        await runJob();
        server.clock.jump(40 * DAY_MS);
        await runJob();
        expect((await retention()).last_run).toMatchObject({
          outcome: 'clock_jumped',
          message:
            'Nothing is taken away: The clock of this server was set 40.0 days ahead while it ran; start the server again when it is right.',
        });
        expect(await stageOf(1)).toBe('development');
        const refused = await as('root', 'POST', '/api/v1/retention/plans');
        expect([refused.status, refused.body.code]).toEqual([409, 'clock_jumped']);
      });

      test('tells once that somebody should look at what has been in production for long', async () => {
        await register();
        await ok('ada', 'POST', '/api/v1/models/m/versions/1/seal');
        await move(1, 'production', { force: true });
        await runJob();
        server.clock.advance(364 * DAY_MS);
        await runJob();
        expect(await ok('ada', 'GET', '/api/v1/models/m?version=1')).toMatchObject({ due_for_review: false });
        for (const _ of [1, 2]) {
          server.clock.advance(DAY_MS);
          await runJob();
        }
        expect(await ok('ada', 'GET', '/api/v1/models/m?version=1')).toMatchObject({ due_for_review: true });
        expect(await eventsOf('model_version.review_due')).toMatchObject([
          { object: { name: 'm', version: 1 }, after: { in_production_since: '2026-03-04T06:00:01.001Z' } },
        ]);
        expect(await stageOf(1)).toBe('production');
      });

      test('clears away plans that are over', async () => {
        await register();
        await runJob();
        server.clock.advance(31 * DAY_MS);
        const made = await plan();
        await runJob();
        const { last_run } = await retention();
        server.clock.advance(DAY_MS + 1);
        await runJob();
        const left = await server.deps.store.read(({ retentionPlans }) => retentionPlans.find(made.id));
        expect(left).toBeNull();
        const url = `/api/v1/retention/plans/${last_run.plan_id}`;
        expect((await as('root', 'GET', url)).status).toBe(200);
        server.clock.advance(31 * DAY_MS);
        await runJob();
        expect((await as('root', 'GET', url)).status).toBe(404);
      });
    });
  });
