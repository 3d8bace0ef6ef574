import type { Experiment } from '../../../domain/experiment.ts';

/** MLflow's message `Experiment`. MLflow: times of 0 and empty lists are left out. */
export function renderExperiment(experiment: Experiment) {
  return {
    experiment_id: String(experiment.experimentId),
    name: experiment.name,
    artifact_location: experiment.artifactLocation ?? undefined,
    lifecycle_stage: experiment.lifecycleStage,
    last_update_time: experiment.updatedAtMs || undefined,
    creation_time: experiment.createdAtMs || undefined,
    tags: experiment.tags.length === 0 ? undefined : experiment.tags,
    workspace: experiment.workspace,
  };
}
