import { parseVersionNumber } from '../../../domain/model-version.ts';
import { setAlias } from '../../../operations/alias.ts';
import { door } from '../door.ts';
import { message, requiredString } from '../proto-json.ts';

const REQUEST = message({ name: requiredString(), alias: requiredString(), version: requiredString() });

export const setRegisteredModelAliasDoor = door('setRegisteredModelAlias', REQUEST, (deps, actor, input) =>
  setAlias(deps, actor, { ...input, version: parseVersionNumber(input.version) }),
);
