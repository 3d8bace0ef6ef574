import { deleteRegisteredModel } from '../../../operations/registered-model.ts';
import { door } from '../door.ts';
import { message, requiredString } from '../proto-json.ts';

const REQUEST = message({ name: requiredString() });

export const deleteRegisteredModelDoor = door('deleteRegisteredModel', REQUEST, (deps, actor, { name }) =>
  deleteRegisteredModel(deps, actor, name),
);
