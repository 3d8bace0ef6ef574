import { parseVersionNumber } from '../../../domain/model-version.ts';
import { deleteModelVersionTag } from '../../../operations/model-version.ts';
import { door } from '../door.ts';
import { message, requiredString } from '../proto-json.ts';

const REQUEST = message({ name: requiredString(), version: requiredString(), key: requiredString() });

export const deleteModelVersionTagDoor = door('deleteModelVersionTag', REQUEST, (deps, actor, input) =>
  deleteModelVersionTag(deps, actor, { ...input, version: parseVersionNumber(input.version) }),
);
