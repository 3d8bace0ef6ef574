import type { CompiledQuery } from 'kysely';
import { expect, test } from 'vitest';
import type { Reader } from '../../src/operations/ports.ts';
import { storeTargets } from '../support/store-targets.ts';

/** How SQLite finds the rows of what a read asks. */
async function plansOf(read: (reader: Reader) => Promise<unknown>): Promise<string[]> {
  const target = storeTargets.find(({ name }) => name === 'SQLite in memory');
  if (target === undefined) throw new Error('there is no SQLite in memory to run on');
  const opened = await target.open();
  try {
    const { db } = opened.engine;
    const executor = db.getExecutor();
    const executeQuery = executor.executeQuery.bind(executor);
    const asked: CompiledQuery[] = [];
    executor.executeQuery = (query) => {
      asked.push(query);
      return executeQuery(query);
    };
    await opened.store.read(read);
    const plans: string[] = [];
    for (const query of asked) {
      const explain = { ...query, sql: `explain query plan ${query.sql}` } as CompiledQuery<{
        detail: string;
      }>;
      plans.push(...(await executeQuery(explain)).rows.map(({ detail }) => detail));
    }
    return plans;
  } finally {
    await opened.close();
  }
}

const IDS = Array.from({ length: 100 }, (_, i) => `id-${i}`);

test.each<[string, (reader: Reader) => Promise<unknown>]>([
  ['runs', ({ runs }) => runs.findMany(IDS)],
  ['the experiments of runs', ({ runs }) => runs.experimentsOfRuns(IDS)],
  ['the experiments of logged models', ({ runs }) => runs.experimentsOfModels(IDS)],
  ['logged models', ({ loggedModels }) => loggedModels.findMeasured(IDS)],
])('%s asked for by id are not looked for among all of their experiments', async (_what, read) => {
  const plans = await plansOf(read);
  expect(plans.length).toBeGreaterThan(0);
  expect(plans.filter((plan) => /experiment_id=\?|SCAN (r|lm)\b/.test(plan))).toEqual([]);
});

const WALK = { start: 'dataset:a', depth: 20, kinds: null, asOfMs: null, limit: 100 } as const;

test.each<[string, (reader: Reader) => Promise<unknown>]>([
  ['upstream', ({ lineage }) => lineage.walk({ ...WALK, direction: 'upstream' })],
  ['downstream', ({ lineage }) => lineage.walk({ ...WALK, direction: 'downstream' })],
  ['for impact', ({ lineage }) => lineage.listVersionsBelow('dataset:a', 100)],
  ['for taints', ({ taints }) => taints.listAbove('model_version:m/1')],
])('each step of a walk %s is a look-up of both of its keys', async (_what, read) => {
  const steps = (await plansOf(read)).filter((plan) => /\be\b/.test(plan));
  expect(steps).toHaveLength(2);
  for (const step of steps) expect(step).toMatch(/^SEARCH e USING .*\(workspace=\? AND (?:up|down)stream=\?/);
});

test('what waits is counted by the indexes of what waits, however much does not', async () => {
  const plans = await plansOf(({ backlog }) => backlog.measure());
  expect(plans.length).toBeGreaterThan(8);
  for (const plan of plans.filter((one) =>
    /\bregistry_versions\b|\bregistry_transition_requests\b/.test(one),
  ))
    expect(plan).toMatch(
      /USING (?:COVERING )?INDEX registry_(?:versions_pending|transition_requests_(?:open|due))/,
    );
  // Of webhooks there are few, and the queue of events holds only what waits.
  const scans = plans.filter((plan) => plan.startsWith('SCAN') && !plan.includes('USING'));
  for (const scan of scans)
    expect(scan).toMatch(/^SCAN (?:w|counted|open|marked|registry_audit_waiting|CONSTANT ROW|\(subquery)/);
});
