import type { Actor } from '../domain/actor.ts';
import { datasetKey } from '../domain/dataset.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import { checkMetric, type Metric, type NewMetric } from '../domain/metric.ts';
import type { Page } from '../domain/page.ts';
import { isPermitted } from '../domain/permission.ts';
import type { RunInfo } from '../domain/run.ts';
import { authorize } from './authorize.ts';
import { experimentResource, readsAll } from './experiment.ts';
import type { Deps, Writer } from './ports.ts';
import { requireActiveRun } from './run.ts';

/** MLflow gives a whole history when no size is asked for; beyond this it goes on on the next page. */
const WHOLE_HISTORY = 250_000;

/** @throws `invalid_argument`, `run_not_found`, `logged_model_not_found`. */
export async function logMetric(
  deps: Deps,
  actor: Actor,
  input: { runId: string; metric: NewMetric },
): Promise<void> {
  checkMetric(input.metric);
  await deps.store.write(async (writer) => {
    const run = await requireActiveRun(writer, actor, { runId: input.runId, verb: 'edit-metadata' });
    await writeMetrics(writer, actor, { run, metrics: [input.metric] });
  });
}

/**
 * Logs checked metrics in the caller's unit of work, those with a `modelId` also to that model. What an
 * unknown model is told cannot be kept, unlike other references to it.
 * @throws `logged_model_not_found`, `permission_denied`.
 */
export async function writeMetrics(
  writer: Writer,
  actor: Actor,
  { run, metrics }: { run: Pick<RunInfo, 'runId' | 'experimentId'>; metrics: readonly NewMetric[] },
): Promise<void> {
  await writer.metrics.log(run.runId, metrics);
  const ofModels = metrics.flatMap(({ modelId, ...metric }) =>
    modelId === null ? [] : [{ ...metric, modelId }],
  );
  if (ofModels.length === 0) return;
  const modelIds = [...new Set(ofModels.map(({ modelId }) => modelId))];
  const experiments = await writer.runs.experimentsOfModels(modelIds);
  for (const modelId of modelIds) {
    const hidden = new RegistryError('logged_model_not_found', { modelId });
    const experiment = experiments.get(modelId);
    if (experiment === undefined) throw hidden;
    authorize(actor, 'edit-metadata', experimentResource(experiment), hidden);
  }
  const datasetIds = await writer.datasets.findIds(
    run.experimentId,
    ofModels.flatMap(({ datasetName: name, datasetDigest: digest }) =>
      name === null || digest === null ? [] : [{ name, digest }],
    ),
  );
  await writer.metrics.logToModels(
    run,
    ofModels.map((metric) => ({
      ...metric,
      datasetId:
        datasetIds.get(datasetKey({ name: metric.datasetName ?? '', digest: metric.datasetDigest ?? '' })) ??
        null,
    })),
  );
}

/**
 * A page of a metric's points by time, step and value; none for a run that is unknown or hidden.
 * `limit` null: as many as there are.
 * @throws `invalid_argument`.
 */
export async function getMetricHistory(
  deps: Deps,
  actor: Actor,
  input: { runId: string; key: string; limit: number | null; offset: number },
): Promise<Page<Metric>> {
  const { runId, key, offset } = input;
  if (input.limit !== null && input.limit < 1)
    throw invalidArgument(
      `Invalid value ${input.limit} for parameter 'max_results' supplied. It must be a positive integer.`,
      'max_results',
    );
  const limit = Math.min(input.limit ?? WHOLE_HISTORY, WHOLE_HISTORY);
  return deps.store.read(async (reader) => {
    if (!readsAll(actor)) {
      const run = await reader.runs.findInfo(runId);
      if (run === null || !isPermitted(actor, 'read-metadata', experimentResource(run.experimentName)))
        return { items: [], nextOffset: null };
    }
    return reader.metrics.history(runId, key, { limit, offset });
  });
}
