import type { LoggedModel, LoggedModelMetric } from '../../../domain/logged-model.ts';

/** MLflow's message `LoggedModel`. NULL columns are left out, empty texts are not; nor are empty lists sent. */
export function renderLoggedModel(model: LoggedModel) {
  return {
    info: {
      model_id: model.modelId,
      experiment_id: String(model.experimentId),
      name: model.name,
      creation_timestamp_ms: model.createdAtMs,
      last_updated_timestamp_ms: model.updatedAtMs,
      artifact_uri: model.artifactUri,
      status: model.status,
      model_type: model.modelType ?? undefined,
      source_run_id: model.sourceRunId ?? undefined,
      status_message: model.statusMessage ?? undefined,
      tags: model.tags.length === 0 ? undefined : model.tags,
    },
    data: {
      params: model.params.length === 0 ? undefined : model.params,
      metrics:
        model.metrics.length === 0
          ? undefined
          : model.metrics.map((metric) => renderMetric(model.modelId, metric)),
    },
  };
}

function renderMetric(modelId: string, metric: LoggedModelMetric) {
  return {
    key: metric.key,
    value: metric.value,
    timestamp: metric.timestampMs,
    step: metric.step,
    // MLflow: an empty name counts as none.
    dataset_name: metric.datasetName || undefined,
    dataset_digest: metric.datasetDigest || undefined,
    model_id: modelId,
    run_id: metric.runId,
  };
}
