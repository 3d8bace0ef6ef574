import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Actor, LOCAL_ACTOR } from '../../src/domain/actor.ts';
import type { ViewType } from '../../src/domain/lifecycle.ts';
import { parseRunSearch } from '../../src/domain/search/run.ts';
import type { Deps } from '../../src/operations/ports.ts';
import { deleteRun, searchRuns, updateRun } from '../../src/operations/run.ts';
import { logBatch } from '../../src/operations/run-data.ts';
import { logInputs } from '../../src/operations/run-link.ts';
import type { StoreTarget } from '../support/store-targets.ts';
import { newExperiment, newRun, openTracking, point } from '../support/tracking.ts';

interface Asked {
  readonly order?: string[];
  readonly view?: ViewType;
  readonly limit?: number;
  readonly offset?: number;
  readonly actor?: Actor;
  readonly in?: readonly number[];
}

/** The promises of searching runs, on one engine. */
export function runSearchSuite(target: StoreTarget): void {
  describe(`searching runs on ${target.name}`, () => {
    let open: Awaited<ReturnType<typeof openTracking>>;
    let deps: Deps;
    let experimentId: number;

    /** Four runs, started in this order; `d` has nothing logged. */
    beforeEach(async () => {
      open = await openTracking(target);
      deps = open.deps;
      experimentId = await newExperiment(deps, 'searched');
      await makeRun('a', 1, {
        metrics: { loss: 0, acc: 0.5 },
        params: { lr: '0.1', 'a b': 'x' },
        tags: { team: 'One' },
      });
      await makeRun('b', 2, {
        metrics: { loss: Number.NaN, acc: 0.7 },
        params: { lr: '0.01' },
        tags: { team: 'two' },
      });
      await makeRun('c', 3, { metrics: { loss: -1 }, params: { lr: '1_0%' }, tags: { team: 'Two' } });
      await makeRun('d', 4, {});
    });
    afterEach(() => open[Symbol.asyncDispose]());

    type Logged = Partial<Record<'params' | 'tags', Record<string, string>>> & {
      metrics?: Record<string, number>;
    };
    async function makeRun(name: string, startTimeMs: number, logged: Logged) {
      const runId = await newRun(deps, experimentId, { name, startTimeMs });
      const pairs = (given = {}) => Object.entries<string>(given).map(([key, value]) => ({ key, value }));
      await logBatch(deps, LOCAL_ACTOR, {
        runId,
        metrics: Object.entries(logged.metrics ?? {}).map(([key, value]) => point({ key, value })),
        params: pairs(logged.params),
        tags: pairs(logged.tags),
      });
      return runId;
    }

    async function search(filter: string, asked: Asked = {}) {
      return searchRuns(deps, asked.actor ?? LOCAL_ACTOR, {
        search: parseRunSearch(filter, asked.order ?? []),
        experimentIds: asked.in ?? [experimentId],
        view: asked.view ?? 'active_only',
        limit: asked.limit ?? 100,
        offset: asked.offset ?? 0,
      });
    }
    const names = async (filter: string, asked: Asked = {}) =>
      (await search(filter, asked)).items.map(({ info }) => info.name).join('');

    test('without an order the newest come first', async () => {
      expect(await names('')).toBe('dcba');
    });

    test('pages hold whole runs and end without a further one', async () => {
      const first = await search('', { limit: 2 });
      expect(first.nextOffset).toBe(2);
      expect(first.items[1]).toMatchObject({
        metrics: [{ key: 'loss', value: -1 }],
        params: [{ key: 'lr', value: '1_0%' }],
      });
      expect(await search('', { limit: 2, offset: 2 })).toMatchObject({ nextOffset: null });
      expect(await names('', { limit: 2, offset: 2 })).toBe('ba');
      expect(await search('', { offset: 4 })).toEqual({ items: [], nextOffset: null });
    });

    test.each([
      ["run_name = 'a'", 'a'],
      ["attributes.run_name LIKE 'a%'", 'a'],
      ["status = 'RUNNING' AND start_time > 2", 'dc'],
      ['start_time != 2', 'dca'],
      ['start_time > 2.5', 'dc'],
      ['start_time < 1e30', 'dcba'],
      ["params.lr = '0.1'", 'a'],
      ["params.lr != '0.1'", 'cb'],
      ["params.lr LIKE '0%'", 'ba'],
      ["params.`a b` = 'x'", 'a'],
      ["tags.team = 'two'", 'b'],
      ["tags.team ILIKE 'TWO'", 'cb'],
      ["tags.team LIKE 'two'", 'b'],
      ['tags.team IS NULL', 'd'],
      ['params.lr IS NOT NULL', 'cba'],
      ['metrics.acc >= 0.5 AND metrics.acc < 0.7', 'a'],
      ["metrics.acc > 0 AND tags.team = 'two'", 'b'],
      ["status = 'FINISHED'", ''],
    ])('%s finds what it says', async (filter, found) => {
      expect(await names(filter)).toBe(found);
    });

    test('a metric that is NaN matches != alone', async () => {
      expect(await names('metrics.loss = 0')).toBe('a');
      expect(await names('metrics.loss <= 0')).toBe('ca');
      expect(await names('metrics.loss != 0')).toBe('cb');
      expect(await names('metrics.loss != 5')).toBe('cba');
    });

    test('runs are found by id, in lists, too', async () => {
      const ids = (await search('')).items.map(({ info }) => info.runId);
      expect(await names(`run_id = '${ids[1]}'`)).toBe('c');
      expect(await names(`run_id IN ('${ids[1]}', '${ids[3]}')`)).toBe('ca');
      expect(await names(`run_id NOT IN ('${ids[1]}', '${ids[3]}')`)).toBe('db');
    });

    test('runs are found by their datasets', async () => {
      const [last] = (await search('')).items;
      const set = (name: string, context: string) => ({
        dataset: { name, digest: `${name}-digest`, sourceType: '', source: '', schema: null, profile: null },
        tags: [{ key: 'mlflow.data.context', value: context }],
      });
      const runId = last?.info.runId ?? '';
      await logInputs(deps, LOCAL_ACTOR, {
        runId,
        datasets: [set('x', 'train'), set('y', 'test')],
        modelIds: [],
      });
      expect(await names("dataset.name = 'x'")).toBe('d');
      expect(await names("dataset.name = 'x' AND dataset.context = 'test'")).toBe('d');
      expect(await names("datasets.digest LIKE 'y%'")).toBe('d');
      expect(await names("dataset.name IN ('x', 'z')")).toBe('d');
      expect(await names("dataset.context = 'eval'")).toBe('');
    });

    test.each([
      [['start_time ASC'], 'abcd'],
      [['metrics.loss ASC'], 'cabd'],
      [['metrics.loss DESC'], 'acbd'],
      [['metrics.acc DESC'], 'badc'],
      [['params.lr ASC'], 'bacd'],
      [['tags.none ASC', 'start_time ASC'], 'abcd'],
      [['run_name DESC'], 'dcba'],
      [['status ASC', 'run_name ASC'], 'abcd'],
      [['end_time DESC'], 'cdba'],
    ])('the order %j puts what is missing last and NaN before it', async (order, expected) => {
      const [, third] = (await search('')).items;
      await updateRun(deps, LOCAL_ACTOR, { runId: third?.info.runId ?? '', endTimeMs: 5 });
      expect(await names('', { order })).toBe(expected);
    });

    test('deleted runs are shown when they are asked for', async () => {
      const [last] = (await search('')).items;
      await deleteRun(deps, LOCAL_ACTOR, last?.info.runId ?? '');
      expect(await names('')).toBe('cba');
      expect(await names('', { view: 'deleted_only' })).toBe('d');
      expect(await names('', { view: 'all' })).toBe('dcba');
    });

    test('only the experiments named are searched, and of these the readable ones', async () => {
      const other = await newExperiment(deps, 'other');
      await newRun(deps, other, { name: 'z', startTimeMs: 9 });
      expect(await names('', { in: [experimentId, other] })).toBe('zdcba');
      expect(await names('', { in: [] })).toBe('');
      const actor: Actor = {
        subjectId: 's',
        kind: 'user',
        displayName: 's',
        grants: [{ role: 'reader', resource: 'experiment', pattern: 'other' }],
      };
      expect(await names('', { in: [experimentId, other], actor })).toBe('z');
    });

    test('a page of more than 500 runs is whole and in order', async () => {
      for (let index = 0; index < 30; index++) await newRun(deps, experimentId, { startTimeMs: 100 + index });
      await open.engine.transaction(async (db) => {
        const rows = Array.from({ length: 600 }, (_, index) => ({
          run_uuid: `bulk${String(index).padStart(4, '0')}`,
          experiment_id: experimentId,
          start_time: 1_000 + index,
          lifecycle_stage: 'active',
          name: 'n',
          status: 'RUNNING',
        }));
        await db.insertInto('runs').values(rows).execute();
      });
      const { items } = await search('', { limit: 1_000 });
      expect(items).toHaveLength(634);
      const starts = items.map(({ info }) => Number(info.startTimeMs));
      expect(starts).toEqual(starts.toSorted((a, b) => b - a));
    });
  });
}
