import { finalizeLoggedModel } from '../../../operations/logged-model-finalization.ts';
import { door } from '../door.ts';
import { enumeration, message, pathParameter, required } from '../proto-json.ts';
import { renderLoggedModel } from './render-logged-model.ts';

/** MLflow: wants `model_id` in the body, too, and takes an unknown status for an unspecified one. */
const REQUEST = message({
  model_id: pathParameter(),
  status: required(
    enumeration({
      LOGGED_MODEL_STATUS_UNSPECIFIED: 0,
      LOGGED_MODEL_PENDING: 1,
      LOGGED_MODEL_READY: 2,
      LOGGED_MODEL_UPLOAD_FAILED: 3,
    }),
  ),
});

export const finalizeLoggedModelDoor = door('finalizeLoggedModel', REQUEST, async (deps, actor, input) => {
  const model = await finalizeLoggedModel(deps, actor, { modelId: input.model_id, status: input.status });
  return { model: renderLoggedModel(model) };
});
