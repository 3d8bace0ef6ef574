import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunMetric } from '../../src/operations/ports/metric.ts';
import type { StoreTarget } from '../support/store-targets.ts';
import { newExperiment, newRun, openTracking } from '../support/tracking.ts';

/** What every engine gives for one metric in several runs. */
export function metricSampleSuite(target: StoreTarget): void {
  describe(`metrics of several runs on ${target.name}`, () => {
    let open: Awaited<ReturnType<typeof openTracking>>;
    let runA = '';
    let runB = '';
    beforeAll(async () => {
      open = await openTracking(target);
      const experimentId = await newExperiment(open.deps);
      [runA = '', runB = ''] = [
        await newRun(open.deps, experimentId),
        await newRun(open.deps, experimentId),
      ].sort();
      await open.deps.store.write(async (writer) => {
        await writer.metrics.log(
          runA,
          Array.from({ length: 10 }, (_, step) => ({
            key: 'loss',
            value: step / 2,
            timestampMs: 100 - step,
            step,
          })),
        );
        await writer.metrics.log(runB, [
          { key: 'loss', value: Number.NaN, timestampMs: 5, step: 0 },
          { key: 'loss', value: 0, timestampMs: 5, step: 0 },
          { key: 'loss', value: Number.POSITIVE_INFINITY, timestampMs: 2n ** 60n, step: 2n ** 60n },
          { key: 'other', value: 1, timestampMs: 1, step: 1 },
        ]);
      });
    });
    afterAll(() => open[Symbol.asyncDispose]());

    const sample = (runIds: readonly string[], limit: number, steps: [number, number] | null = null) =>
      open.deps.store.read((reader) =>
        reader.metrics.sampleHistory(runIds, 'loss', {
          limit,
          steps: steps === null ? null : { first: steps[0], last: steps[1] },
        }),
      );
    const stepsOf = (points: readonly RunMetric[]) => points.map(({ step }) => Number(step));

    test('a history that fits is given whole, by step', async () => {
      expect(stepsOf(await sample([runA], 10))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      expect(await sample([runA], 2_500)).toHaveLength(10);
    });

    // The steps that a real MLflow 3.17.2 answers for these ten points.
    test.each([
      [1, [9]],
      [2, [0, 9]],
      [3, [0, 4, 9]],
      [4, [0, 3, 6, 9]],
      [5, [0, 2, 4, 6, 9]],
      [7, [0, 2, 4, 6, 7, 8, 9]],
      [9, [0, 2, 3, 4, 5, 6, 7, 8, 9]],
    ])('%i points are taken evenly and end with the last', async (limit, steps) => {
      expect(stepsOf(await sample([runA], limit))).toEqual(steps);
    });

    test('an interval of steps holds both its ends', async () => {
      expect(stepsOf(await sample([runA], 10, [3, 5]))).toEqual([3, 4, 5]);
      expect(await sample([runA], 10, [11, 12])).toEqual([]);
    });

    test('runs are sampled each for itself, numbers beyond 2^53 and NaN included', async () => {
      const points = await sample([runB, runA, 'c'.repeat(32)], 3);
      expect(points.map(({ runId }) => runId)).toEqual([runA, runA, runA, runB, runB, runB]);
      expect(points.slice(3).map(({ step, value }) => [step, value])).toEqual([
        [0, 0],
        [0, Number.NaN],
        [2n ** 60n, Number.MAX_VALUE],
      ]);
    });

    test('the histories of several runs come by run and time, up to a limit in all', async () => {
      const all = await open.deps.store.read((reader) =>
        reader.metrics.historyOfRuns([runB, runA], 'loss', 100),
      );
      expect(all).toHaveLength(13);
      expect(stepsOf(all.slice(0, 3))).toEqual([9, 8, 7]);
      const few = await open.deps.store.read((reader) =>
        reader.metrics.historyOfRuns([runB, runA], 'loss', 11),
      );
      expect(few.at(-1)?.runId).toBe(runB);
      expect(
        await open.deps.store.read((reader) => reader.metrics.historyOfRuns([runB, runA], 'loss', 0)),
      ).toEqual([]);
    });
  });
}
