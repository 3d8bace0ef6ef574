import { parseVersionNumber } from '../../../domain/model-version.ts';
import { updateModelVersion } from '../../../operations/model-version.ts';
import { door } from '../door.ts';
import { message, requiredString, string } from '../proto-json.ts';
import { renderModelVersion } from './render-model-version.ts';

const REQUEST = message({ name: requiredString(), version: requiredString(), description: string() });

export const updateModelVersionDoor = door('updateModelVersion', REQUEST, async (deps, actor, input) => {
  const version = await updateModelVersion(deps, actor, {
    name: input.name,
    version: parseVersionNumber(input.version),
    // MLflow: an unset description becomes NULL, unlike that of a registered model.
    description: input.description ?? null,
  });
  return { model_version: renderModelVersion(version) };
});
