import { deleteLoggedModelTag } from '../../../operations/logged-model.ts';
import { door } from '../door.ts';
import { message, pathParameter } from '../proto-json.ts';

const REQUEST = message({ model_id: pathParameter(), tag_key: pathParameter() });

export const deleteLoggedModelTagDoor = door('deleteLoggedModelTag', REQUEST, (deps, actor, input) =>
  deleteLoggedModelTag(deps, actor, { modelId: input.model_id, key: input.tag_key }),
);
