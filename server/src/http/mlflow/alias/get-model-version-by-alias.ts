import { getVersionByAlias } from '../../../operations/alias.ts';
import { readDoor } from '../door.ts';
import { renderModelVersion } from '../model-version/render-model-version.ts';
import { message, requiredString } from '../proto-json.ts';

const REQUEST = message({ name: requiredString(), alias: requiredString() });

export const getModelVersionByAliasDoor = readDoor(
  'getModelVersionByAlias',
  REQUEST,
  async (deps, actor, input) => ({
    model_version: renderModelVersion(await getVersionByAlias(deps, actor, input)),
  }),
);
