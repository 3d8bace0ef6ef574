import { deleteRegisteredModelTag } from '../../../operations/registered-model.ts';
import { door } from '../door.ts';
import { message, requiredString } from '../proto-json.ts';

const REQUEST = message({ name: requiredString(), key: requiredString() });

export const deleteRegisteredModelTagDoor = door('deleteRegisteredModelTag', REQUEST, (deps, actor, input) =>
  deleteRegisteredModelTag(deps, actor, input),
);
