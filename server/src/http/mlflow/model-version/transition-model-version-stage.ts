import { parseVersionNumber } from '../../../domain/model-version.ts';
import { parseMlflowStage } from '../../../domain/stage.ts';
import { transitionMlflowStage } from '../../../operations/transition.ts';
import { door } from '../door.ts';
import { bool, message, requiredString } from '../proto-json.ts';
import { renderModelVersion } from './render-model-version.ts';

const REQUEST = message({
  name: requiredString(),
  version: requiredString(),
  stage: requiredString(),
  archive_existing_versions: bool(),
});

export const transitionModelVersionStageDoor = door(
  'transitionModelVersionStage',
  REQUEST,
  async (deps, actor, input) => {
    const version = await transitionMlflowStage(deps, actor, {
      name: input.name,
      stage: parseMlflowStage(input.stage),
      version: parseVersionNumber(input.version),
      archiveExisting: input.archive_existing_versions ?? false,
    });
    return { model_version: renderModelVersion(version) };
  },
);
