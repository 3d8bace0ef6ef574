import { setRegisteredModelTag } from '../../../operations/registered-model.ts';
import { door } from '../door.ts';
import { message, requiredString, string } from '../proto-json.ts';

const REQUEST = message({ name: requiredString(), key: requiredString(), value: string() });

export const setRegisteredModelTagDoor = door('setRegisteredModelTag', REQUEST, (deps, actor, input) =>
  setRegisteredModelTag(deps, actor, {
    name: input.name,
    // MLflow: without a value the tag is an empty text.
    tag: { key: input.key, value: input.value ?? '' },
  }),
);
