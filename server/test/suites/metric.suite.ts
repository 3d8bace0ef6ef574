import { describe, expect, test } from 'vitest';
import { type Actor, LOCAL_ACTOR } from '../../src/domain/actor.ts';
import type { NewMetric } from '../../src/domain/metric.ts';
import { getMetricHistory, logMetric } from '../../src/operations/metric.ts';
import { getRun } from '../../src/operations/run.ts';
import { logBatch } from '../../src/operations/run-data.ts';
import { logInputs } from '../../src/operations/run-link.ts';
import type { StoreTarget } from '../support/store-targets.ts';
import { newExperiment, newRun, openTracking, point } from '../support/tracking.ts';

/** The promises of metrics, on one engine. */
export function metricSuite(target: StoreTarget): void {
  describe(`metrics on ${target.name}`, () => {
    histories(target);
    latest(target);
    ofModels(target);
  });
}

async function openRun(target: StoreTarget) {
  const open = await openTracking(target);
  const experimentId = await newExperiment(open.deps);
  const runId = await newRun(open.deps, experimentId);
  return {
    ...open,
    experimentId,
    runId,
    log: (given: Partial<NewMetric>) => logMetric(open.deps, LOCAL_ACTOR, { runId, metric: point(given) }),
    history: (limit: number | null, offset = 0, actor: Actor = LOCAL_ACTOR) =>
      getMetricHistory(open.deps, actor, { runId, key: 'm', limit, offset }),
    latest: async () => (await getRun(open.deps, LOCAL_ACTOR, runId)).metrics,
    [Symbol.asyncDispose]: open[Symbol.asyncDispose],
  };
}

function histories(target: StoreTarget): void {
  test('a history is ordered by time, step and value, and a point logged again stands once', async () => {
    await using open = await openRun(target);
    await open.log({ value: 1, timestampMs: 2 });
    await open.log({ value: Number.POSITIVE_INFINITY, timestampMs: 1, step: 3 });
    await open.log({ value: Number.NaN, timestampMs: 1, step: 3 });
    await open.log({ value: Number.NEGATIVE_INFINITY, timestampMs: 1, step: -3 });
    await open.log({ value: 0.1, timestampMs: 2n ** 62n, step: -(2n ** 62n) });
    await open.log({ value: 0.1, timestampMs: 2n ** 62n, step: -(2n ** 62n) });
    await open.log({ key: 'other' });
    expect(await open.history(null)).toEqual({
      items: [
        { key: 'm', value: -1.7976931348623157e308, timestampMs: 1, step: -3 },
        { key: 'm', value: Number.NaN, timestampMs: 1, step: 3 },
        { key: 'm', value: 1.7976931348623157e308, timestampMs: 1, step: 3 },
        { key: 'm', value: 1, timestampMs: 2, step: 0 },
        { key: 'm', value: 0.1, timestampMs: 2n ** 62n, step: -(2n ** 62n) },
      ],
      nextOffset: null,
    });
  });

  test('pages of a history end without a further one; a size of 0 is refused', async () => {
    await using open = await openRun(target);
    for (const step of [0, 1, 2, 3]) await open.log({ step });
    const steps = async (limit: number, offset: number) => {
      const page = await open.history(limit, offset);
      return [page.items.map(({ step }) => step), page.nextOffset];
    };
    expect(await steps(3, 0)).toEqual([[0, 1, 2], 3]);
    expect(await steps(3, 3)).toEqual([[3], null]);
    expect(await steps(4, 0)).toEqual([[0, 1, 2, 3], null]);
    await expect(open.history(0)).rejects.toThrow(
      "Invalid value 0 for parameter 'max_results' supplied. It must be a positive integer.",
    );
  });

  test('an unknown run and a hidden one have no history', async () => {
    await using open = await openRun(target);
    await open.log({});
    const nothing = { items: [], nextOffset: null };
    expect(
      await getMetricHistory(open.deps, LOCAL_ACTOR, { runId: 'nope', key: 'm', limit: null, offset: 0 }),
    ).toEqual(nothing);
    const stranger: Actor = { subjectId: 's', kind: 'user', displayName: 's', grants: [] };
    expect(await open.history(null, 0, stranger)).toEqual(nothing);
  });
}

function latest(target: StoreTarget): void {
  test('the latest value is that of the greatest step, then time, then value; ties keep the first', async () => {
    await using open = await openRun(target);
    const now = async (given: Partial<NewMetric>) => {
      await open.log(given);
      const [metric] = await open.latest();
      return [metric?.step, metric?.timestampMs, metric?.value];
    };
    expect(await now({ step: 5, timestampMs: 10, value: 1 })).toEqual([5, 10, 1]);
    expect(await now({ step: 4, timestampMs: 99, value: 9 })).toEqual([5, 10, 1]);
    expect(await now({ step: 5, timestampMs: 9, value: 9 })).toEqual([5, 10, 1]);
    expect(await now({ step: 5, timestampMs: 10, value: 0.5 })).toEqual([5, 10, 1]);
    expect(await now({ step: 5, timestampMs: 10, value: 2 })).toEqual([5, 10, 2]);
    expect(await now({ step: 5, timestampMs: 11, value: Number.NaN })).toEqual([5, 11, Number.NaN]);
    expect(await now({ step: 6, timestampMs: 0, value: -1 })).toEqual([6, 0, -1]);
  });

  test('a batch with many points of one key leaves the latest of them', async () => {
    await using open = await openRun(target);
    const steps = Array.from({ length: 500 }, (_, index) => (index * 7) % 500);
    await logBatch(open.deps, LOCAL_ACTOR, {
      runId: open.runId,
      metrics: steps.map((step) => point({ step, value: step / 3 })),
      params: [],
      tags: [],
    });
    expect(await open.latest()).toEqual([{ key: 'm', value: 499 / 3, timestampMs: 1, step: 499 }]);
    expect((await open.history(1_000)).items).toHaveLength(500);
  });

  test('no writer loses the latest value to another', async () => {
    await using open = await openRun(target);
    await Promise.all(Array.from({ length: 20 }, (_, step) => open.log({ step, value: step })));
    expect(await open.latest()).toMatchObject([{ step: 19, value: 19 }]);
    expect((await open.history(null)).items).toHaveLength(20);
  });
}

function ofModels(target: StoreTarget): void {
  test('a metric of a logged model is kept with the run and with the model, and knows its dataset', async () => {
    await using open = await openRun(target);
    const { deps, engine, runId, experimentId } = open;
    await engine.transaction((db) =>
      db
        .insertInto('logged_models')
        .values({
          model_id: 'm-1',
          experiment_id: experimentId,
          name: 'x',
          artifact_location: 'mlflow-artifacts:/x',
          creation_timestamp_ms: 0,
          last_updated_timestamp_ms: 0,
          status: 2,
          lifecycle_stage: 'active',
          model_type: null,
          source_run_id: runId,
          status_message: null,
        })
        .execute(),
    );
    const dataset = { name: 'd', digest: 'g', sourceType: '', source: '', schema: null, profile: null };
    await logInputs(deps, LOCAL_ACTOR, { runId, datasets: [{ dataset, tags: [] }], modelIds: ['m-1'] });
    const known = { modelId: 'm-1', datasetName: 'd', datasetDigest: 'g' };
    await open.log({ ...known, value: 0.5 });
    await logBatch(deps, LOCAL_ACTOR, {
      runId,
      metrics: [
        point({ ...known, value: 0.7 }),
        point({ ...known, value: 0.6 }),
        point({ ...known, value: 0.6, step: 1, datasetDigest: 'unknown' }),
      ],
      params: [],
      tags: [],
    });
    const rows = await engine.db
      .selectFrom('logged_model_metrics')
      .selectAll()
      .orderBy('metric_step')
      .execute();
    expect(rows).toEqual([
      {
        model_id: 'm-1',
        metric_name: 'm',
        metric_timestamp_ms: 1,
        metric_step: 0,
        metric_value: 0.7,
        experiment_id: experimentId,
        run_id: runId,
        dataset_uuid: expect.stringMatching(/^[0-9a-f]{32}$/),
        dataset_name: 'd',
        dataset_digest: 'g',
      },
      expect.objectContaining({ metric_step: 1, dataset_uuid: null, dataset_digest: 'unknown' }),
    ]);
    expect((await open.history(null)).items.map(({ value }) => value)).toEqual([0.5, 0.6, 0.7, 0.6]);
  });
}
