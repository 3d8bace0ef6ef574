import { parseVersionNumber } from '../../../domain/model-version.ts';
import { deleteModelVersion } from '../../../operations/model-version.ts';
import { door } from '../door.ts';
import { message, requiredString } from '../proto-json.ts';

const REQUEST = message({ name: requiredString(), version: requiredString() });

export const deleteModelVersionDoor = door('deleteModelVersion', REQUEST, (deps, actor, { name, version }) =>
  deleteModelVersion(deps, actor, { name, version: parseVersionNumber(version) }),
);
