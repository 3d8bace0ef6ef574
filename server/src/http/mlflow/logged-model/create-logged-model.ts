import { parseExperimentId } from '../../../domain/experiment.ts';
import { createLoggedModel } from '../../../operations/logged-model.ts';
import { door } from '../door.ts';
import { message, repeated, requiredString, string } from '../proto-json.ts';
import { TAG, toTags } from '../tag-message.ts';
import { renderLoggedModel } from './render-logged-model.ts';

const REQUEST = message({
  experiment_id: requiredString(),
  name: string(),
  model_type: string(),
  source_run_id: string(),
  params: repeated(TAG),
  tags: repeated(TAG),
});

export const createLoggedModelDoor = door('createLoggedModel', REQUEST, async (deps, actor, input) => {
  const model = await createLoggedModel(deps, actor, {
    experimentId: parseExperimentId(input.experiment_id),
    // MLflow: an empty name is as if it were unset, and unset texts are stored as empty ones.
    name: input.name ?? '',
    modelType: input.model_type ?? '',
    sourceRunId: input.source_run_id ?? '',
    params: toTags(input.params),
    tags: toTags(input.tags),
  });
  return { model: renderLoggedModel(model) };
});
