import { LOCAL_ACTOR } from '../../src/domain/actor.ts';
import type { NewMetric } from '../../src/domain/metric.ts';
import { createExperiment } from '../../src/operations/experiment.ts';
import type { Deps } from '../../src/operations/ports.ts';
import { createRun } from '../../src/operations/run.ts';
import { testClock, testIds } from './owned.ts';
import type { StoreTarget } from './store-targets.ts';

/** What the operations on experiments and runs need: a store, a clock and ids. */
export async function openTracking(target: StoreTarget) {
  const { store, engine, close } = await target.open();
  const clock = testClock();
  const deps = { store, clock, ids: testIds() } as unknown as Deps;
  return { deps, engine, clock, [Symbol.asyncDispose]: close };
}

let names = 0;

/** A fresh experiment's id. */
export function newExperiment(deps: Deps, name = `experiment ${++names}`): Promise<number> {
  return createExperiment(deps, LOCAL_ACTOR, { name, artifactLocation: null, tags: [] });
}

/** A fresh run's id. */
export async function newRun(
  deps: Deps,
  experimentId: number,
  given: { startTimeMs?: number; name?: string } = {},
) {
  const run = await createRun(deps, LOCAL_ACTOR, {
    experimentId,
    userId: '',
    name: '',
    startTimeMs: 0,
    tags: [],
    ...given,
  });
  return run.info.runId;
}

/** A metric to log. */
export function point(given: Partial<NewMetric> = {}): NewMetric {
  return {
    key: 'm',
    value: 1,
    timestampMs: 1,
    step: 0,
    modelId: null,
    datasetName: null,
    datasetDigest: null,
    ...given,
  };
}
