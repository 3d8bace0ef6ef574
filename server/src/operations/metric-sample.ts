import type { Actor } from '../domain/actor.ts';
import { invalidArgument } from '../domain/errors.ts';
import type { Int64 } from '../domain/int64.ts';
import { isPermitted } from '../domain/permission.ts';
import { experimentResource, readsAll } from './experiment.ts';
import type { RunMetric } from './ports/metric.ts';
import type { Deps, Reader } from './ports.ts';

/** MLflow: more are not given, whatever is asked for. */
export const HISTORY_OF_RUNS_LIMIT = 25_000;

/** Points of a metric in several runs. */
interface RunsMetric {
  readonly runIds: readonly string[];
  readonly key: string;
}

/** The points of a metric in several runs, by run id, time, step and value; runs that are unknown have none. */
export async function getMetricHistoryOfRuns(
  deps: Deps,
  actor: Actor,
  input: RunsMetric & { limit: number },
): Promise<RunMetric[]> {
  const limit = Math.min(input.limit, HISTORY_OF_RUNS_LIMIT);
  return deps.store.read(async (reader) =>
    reader.metrics.historyOfRuns(await readable(reader, actor, input.runIds), input.key, limit),
  );
}

/**
 * At most `limit` evenly taken points of each run, in the order of `runIds` (one that is given twice is answered
 * twice), each run's by step, time and value. `steps`: only from `first` to `last`, both inclusive.
 * @throws `invalid_argument` with MLflow's sentences.
 */
export async function sampleMetricHistory(
  deps: Deps,
  actor: Actor,
  input: RunsMetric & { limit: number; firstStep: Int64 | null; lastStep: Int64 | null },
): Promise<RunMetric[]> {
  const { runIds, key, limit } = input;
  const steps = stepsOf(input.firstStep, input.lastStep);
  const points = await deps.store.read(async (reader) =>
    reader.metrics.sampleHistory(await readable(reader, actor, runIds), key, { limit, steps }),
  );
  const byRun = Map.groupBy(points, (point) => point.runId);
  return runIds.flatMap((runId) => byRun.get(runId) ?? []);
}

function stepsOf(first: Int64 | null, last: Int64 | null): { first: Int64; last: Int64 } | null {
  if (first === null && last === null) return null;
  if (first === null || last === null)
    throw invalidArgument('If either start step or end step are specified, both must be specified.');
  if (first > last)
    throw invalidArgument(
      `end_step must be greater than start_step. Found start_step=${first} and end_step=${last}.`,
    );
  return { first, last };
}

/** Each run once, without those that the actor may not read. */
async function readable(reader: Reader, actor: Actor, runIds: readonly string[]): Promise<string[]> {
  const unique = [...new Set(runIds)];
  if (readsAll(actor)) return unique;
  const experiments = await reader.runs.experimentsOfRuns(unique);
  return unique.filter((runId) => {
    const name = experiments.get(runId);
    return name !== undefined && isPermitted(actor, 'read-metadata', experimentResource(name));
  });
}
