import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LOCAL_ACTOR } from '../../src/domain/actor.ts';
import { isRegistryError } from '../../src/domain/errors.ts';
import { placeHold } from '../../src/operations/hold.ts';
import { createModelVersion } from '../../src/operations/model-version-registration.ts';
import type { VersionKey } from '../../src/operations/ports/retention.ts';
import { createRegisteredModel } from '../../src/operations/registered-model.ts';
import { applyPlan, goOnWithPlan } from '../../src/operations/retention-apply.ts';
import { retentionNow } from '../../src/operations/retention-clock.ts';
import { getPlan, makePlan } from '../../src/operations/retention-plan.ts';
import { createStore } from '../../src/store/store.ts';
import { type TestDeps, testDeps } from '../support/deps.ts';
import { storeTargets } from '../support/store-targets.ts';

const DAY_MS = 86_400_000;

describe.each(storeTargets)('retention, on $name', (target) => {
  let deps: TestDeps;

  beforeEach(async () => {
    deps = await testDeps(target);
  });
  afterEach(() => deps.close());

  /** So many versions, each of times of its own. */
  async function versions(name: string, count: number): Promise<void> {
    await createRegisteredModel(deps, LOCAL_ACTOR, { name, tags: [], description: null });
    for (let i = 0; i < count; i += 1) {
      deps.clock.advance(1_000);
      await createModelVersion(deps, LOCAL_ACTOR, {
        name,
        source: 's3://bucket/m',
        runId: undefined,
        modelId: undefined,
        tags: [],
        runLink: '',
        description: '',
      });
    }
  }
  const view = async (planId: string) => getPlan(deps, LOCAL_ACTOR, { planId, limit: 1_000 });
  const apply = ({ planId, digest }: { planId: string; digest: string | null }) =>
    applyPlan(deps, LOCAL_ACTOR, { planId, digest: digest ?? '', override: 'all of them are old' });

  test('pages hold every living version once, whatever their size', async () => {
    for (const name of ['b', 'a']) await versions(name, 3);
    const all: string[] = [];
    const pageBehind = (after: VersionKey | null) =>
      deps.store.read(({ retention }) => retention.scan({ after, limit: 2, countNewer: 2 }));
    let page = await pageBehind(null);
    for (;;) {
      all.push(...page.versions.map(({ modelName, version, newer }) => `${modelName}/${version} ${newer}`));
      if (page.next === null) break;
      page = await pageBehind(page.next);
    }
    expect(all.sort()).toEqual(['a/1 2', 'a/2 1', 'a/3 0', 'b/1 2', 'b/2 1', 'b/3 0']);
  });

  test('a plan that was begun is gone on with, and what changed meanwhile is left out', async () => {
    await versions('m', 120);
    deps.clock.advance(31 * DAY_MS);
    const plan = await makePlan(deps, LOCAL_ACTOR);
    // As a server that was killed behind the first unit of work leaves it.
    await deps.store.write(({ retentionPlans }) =>
      retentionPlans.begin(plan.planId, { subjectId: 'local', atMs: 0, overrideReason: null }),
    );
    expect(await goOnWithPlan(deps)).toBe(true);
    expect((await view(plan.planId)).outcomes).toEqual({ done: 50, left: 0, waiting: 70 });
    await placeHold(deps, LOCAL_ACTOR, {
      name: 'm',
      reference: { by: 'number', version: 70 },
      reason: 'r',
      about: 'LEGAL-14',
    });
    while (await goOnWithPlan(deps));
    const after = await view(plan.planId);
    expect([after.plan.state, after.outcomes]).toEqual(['applied', { done: 119, left: 1, waiting: 0 }]);
    expect(after.actions.find(({ version }) => version === 70)?.outcome).toBe('hold LEGAL-14');
    expect(await stages(70, 71)).toEqual(['None', 'Archived']);
  });

  const stages = (...numbers: readonly number[]) =>
    deps.store.read(async ({ modelVersions }) => {
      const found: (string | undefined)[] = [];
      for (const version of numbers) found.push((await modelVersions.find('m', version))?.stage);
      return found;
    });

  test('of two who apply a plan one does', async () => {
    await versions('m', 3);
    deps.clock.advance(31 * DAY_MS);
    const plan = await makePlan(deps, LOCAL_ACTOR);
    const outcomes = await Promise.allSettled([apply(plan), apply(plan)]);
    const refused = outcomes.filter((one) => one.status === 'rejected');
    expect(refused).toHaveLength(1);
    expect(isRegistryError(refused[0]?.reason, 'plan_applied')).toBe(true);
    expect((await view(plan.planId)).outcomes).toEqual({ done: 3, left: 0, waiting: 0 });
  });

  test('a database whose clock is a day away from ours stops everything', async () => {
    const nowWith = (aheadMs: number) => {
      const store = createStore(deps.database.engine, { databaseClock: () => deps.clock.now() + aheadMs });
      return store.read((reader) => retentionNow(deps, reader));
    };
    expect(await nowWith(DAY_MS)).toBe(deps.clock.now() + DAY_MS);
    for (const aheadMs of [DAY_MS + 1, -DAY_MS - 1])
      await expect(nowWith(aheadMs)).rejects.toMatchObject({ code: 'clock_jumped' });
  });

  test('a database that is a server says what time it is', async () => {
    const nowMs = await createStore(deps.database.engine).read(({ retention }) => retention.databaseNowMs());
    if (target.name === 'PostgreSQL') expect(Math.abs((nowMs ?? 0) - Date.now())).toBeLessThan(60_000);
    else expect(nowMs).toBeNull();
  });
});
