import { logLoggedModelParams } from '../../../operations/logged-model.ts';
import { door } from '../door.ts';
import { message, pathParameter, repeated } from '../proto-json.ts';
import { TAG, toTags } from '../tag-message.ts';

const REQUEST = message({ model_id: pathParameter(), params: repeated(TAG) });

export const logLoggedModelParamsDoor = door('LogLoggedModelParams', REQUEST, (deps, actor, input) =>
  logLoggedModelParams(deps, actor, { modelId: input.model_id, params: toTags(input.params) }),
);
