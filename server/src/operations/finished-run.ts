import type { Actor } from '../domain/actor.ts';
import { checkDatasetInput, type DatasetInput } from '../domain/dataset.ts';
import type { Experiment } from '../domain/experiment.ts';
import { checkMetric, type NewMetric } from '../domain/metric.ts';
import { checkParam, checkRunTag, type Param } from '../domain/run.ts';
import type { Tag } from '../domain/tag.ts';
import type { Deps, Writer } from './ports.ts';
import { insertRun, recordRun } from './run.ts';
import { writeParams } from './run-data.ts';
import { writeDatasetInputs } from './run-link.ts';

/** A run that is over, with all that it logged. */
export interface FinishedRun {
  readonly experiment: Experiment;
  readonly actor: Actor;
  /** Null: one is made up. */
  readonly name: string | null;
  /** Metric → value, finite. */
  readonly metrics: ReadonlyMap<string, number>;
  readonly params: readonly Param[];
  readonly tags: readonly Tag[];
  readonly datasets: readonly DatasetInput[];
}

/**
 * Makes a finished run in the caller's unit of work (registering through our API makes what MLflow users can
 * see). The caller has seen to the right to write to the experiment (`ensureExperiment`).
 * @throws `invalid_argument` for a key or value that MLflow would refuse, or a deleted experiment.
 */
export async function createFinishedRun(
  deps: Pick<Deps, 'ids' | 'clock' | 'serverId'>,
  writer: Writer,
  run: FinishedRun,
): Promise<{ runId: string; artifactUri: string }> {
  const nowMs = deps.clock.now();
  const metrics = [...run.metrics].map(([key, value]) => toMetric(key, value, nowMs));
  for (const [index, metric] of metrics.entries()) checkMetric(metric, `metrics[${index}]`);
  for (const param of run.params) checkParam(param);
  for (const tag of run.tags) checkRunTag(tag);
  for (const dataset of run.datasets) checkDatasetInput(dataset);
  const made = await insertRun(deps, writer, {
    experiment: run.experiment,
    userId: run.actor.displayName,
    name: run.name,
    status: 'FINISHED',
    startTimeMs: nowMs,
    endTimeMs: nowMs,
    tags: run.tags,
  });
  await writer.authors.add({ kind: 'run', runId: made.runId }, run.actor.subjectId);
  await recordRun(deps, writer, run.actor, { action: 'run.create', runId: made.runId, name: made.name });
  await writeParams(writer, made.runId, run.params);
  await writer.metrics.log(made.runId, metrics);
  await writeDatasetInputs(deps, writer, {
    run: { runId: made.runId, experimentId: run.experiment.experimentId },
    datasets: run.datasets,
  });
  return made;
}

function toMetric(key: string, value: number, nowMs: number): NewMetric {
  return { key, value, timestampMs: nowMs, step: 0, modelId: null, datasetName: null, datasetDigest: null };
}
