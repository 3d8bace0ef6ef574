import { deleteLoggedModel } from '../../../operations/logged-model.ts';
import { door } from '../door.ts';
import { message, pathParameter } from '../proto-json.ts';

const REQUEST = message({ model_id: pathParameter() });

export const deleteLoggedModelDoor = door('deleteLoggedModel', REQUEST, (deps, actor, { model_id }) =>
  deleteLoggedModel(deps, actor, model_id),
);
