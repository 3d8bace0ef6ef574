import { getLoggedModel } from '../../../operations/logged-model.ts';
import { readDoor } from '../door.ts';
import { message, pathParameter, string } from '../proto-json.ts';
import { renderLoggedModel } from './render-logged-model.ts';

/** MLflow: `allow_deleted` is read from the query alone; what is not `true` is false. */
const REQUEST = message({ model_id: pathParameter(), allow_deleted: string() });

export const getLoggedModelDoor = readDoor('getLoggedModel', REQUEST, async (deps, actor, input) => {
  const allowDeleted = input.allow_deleted?.toLowerCase() === 'true';
  const model = await getLoggedModel(deps, actor, { modelId: input.model_id, allowDeleted });
  return { model: renderLoggedModel(model) };
});
