import { parseMlflowStage } from '../../../domain/stage.ts';
import { getLatestVersions } from '../../../operations/model-version.ts';
import { readDoor } from '../door.ts';
import { renderModelVersion } from '../model-version/render-model-version.ts';
import { message, repeatedStrings, requiredString } from '../proto-json.ts';

const REQUEST = message({ name: requiredString(), stages: repeatedStrings() });

export const getLatestVersionsDoor = readDoor('getLatestVersions', REQUEST, async (deps, actor, input) => {
  const stages = input.stages.map(parseMlflowStage);
  const versions = await getLatestVersions(deps, actor, { name: input.name, stages });
  return { model_versions: versions.length === 0 ? undefined : versions.map(renderModelVersion) };
});
