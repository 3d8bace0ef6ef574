import { setLoggedModelTags } from '../../../operations/logged-model.ts';
import { door } from '../door.ts';
import { message, pathParameter, repeated } from '../proto-json.ts';
import { TAG, toTags } from '../tag-message.ts';

const REQUEST = message({ model_id: pathParameter(), tags: repeated(TAG) });

export const setLoggedModelTagsDoor = door('setLoggedModelTags', REQUEST, (deps, actor, input) =>
  setLoggedModelTags(deps, actor, { modelId: input.model_id, tags: toTags(input.tags) }),
);
