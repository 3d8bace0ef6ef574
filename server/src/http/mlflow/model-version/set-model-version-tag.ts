import { parseVersionNumber } from '../../../domain/model-version.ts';
import { setModelVersionTag } from '../../../operations/model-version.ts';
import { door } from '../door.ts';
import { message, requiredString, string } from '../proto-json.ts';

const REQUEST = message({
  name: requiredString(),
  version: requiredString(),
  key: requiredString(),
  value: string(),
});

export const setModelVersionTagDoor = door('setModelVersionTag', REQUEST, (deps, actor, input) =>
  setModelVersionTag(deps, actor, {
    name: input.name,
    version: parseVersionNumber(input.version),
    // MLflow: without a value the tag is an empty text.
    tag: { key: input.key, value: input.value ?? '' },
  }),
);
