import { parseVersionNumber } from '../../../domain/model-version.ts';
import { getModelVersion } from '../../../operations/model-version.ts';
import { readDoor } from '../door.ts';
import { message, requiredString } from '../proto-json.ts';
import { renderModelVersion } from './render-model-version.ts';

const REQUEST = message({ name: requiredString(), version: requiredString() });

export const getModelVersionDoor = readDoor('getModelVersion', REQUEST, async (deps, actor, input) => {
  const version = parseVersionNumber(input.version);
  return {
    model_version: renderModelVersion(await getModelVersion(deps, actor, { name: input.name, version })),
  };
});
