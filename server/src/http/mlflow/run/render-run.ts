import type { DatasetInput } from '../../../domain/dataset.ts';
import type { Run, RunInfo } from '../../../domain/run.ts';
import { renderMetric } from '../metric/render-metric.ts';

/** MLflow's message `RunInfo`. MLflow: an end of 0 is no end. */
export function renderRunInfo(info: RunInfo) {
  return {
    run_uuid: info.runId,
    experiment_id: String(info.experimentId),
    run_name: info.name ?? undefined,
    user_id: info.userId ?? undefined,
    status: info.status ?? undefined,
    start_time: info.startTimeMs ?? undefined,
    end_time: info.endTimeMs || undefined,
    artifact_uri: info.artifactUri || undefined,
    lifecycle_stage: info.lifecycleStage,
    run_id: info.runId,
  };
}

/** MLflow's message `Run`; data, inputs and outputs are there even when they are empty. */
export function renderRun(run: Run) {
  return {
    ...renderNewRun(run),
    inputs: {
      dataset_inputs: nonEmpty(run.datasetInputs.map(renderDatasetInput)),
      model_inputs: nonEmpty(run.modelInputs.map((modelId) => ({ model_id: modelId }))),
    },
    outputs: {
      model_outputs: nonEmpty(run.modelOutputs.map(({ modelId, step }) => ({ model_id: modelId, step }))),
    },
  };
}

/** The same as `runs/create` answers it. MLflow: without outputs. */
export function renderNewRun(run: Run) {
  return {
    info: renderRunInfo(run.info),
    data: {
      metrics: nonEmpty(run.metrics.map(renderMetric)),
      params: nonEmpty(run.params),
      tags: nonEmpty(run.tags),
    },
    inputs: {},
  };
}

function renderDatasetInput({ dataset, tags }: DatasetInput) {
  return {
    tags: nonEmpty(tags),
    dataset: {
      name: dataset.name,
      digest: dataset.digest,
      source_type: dataset.sourceType,
      source: dataset.source,
      // MLflow: empty texts are left out.
      schema: dataset.schema || undefined,
      profile: dataset.profile || undefined,
    },
  };
}

function nonEmpty<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}
