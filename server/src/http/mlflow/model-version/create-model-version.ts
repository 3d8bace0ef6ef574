import { createModelVersion } from '../../../operations/model-version-registration.ts';
import { door } from '../door.ts';
import { message, repeated, requiredString, string } from '../proto-json.ts';
import { TAG, toTags } from '../tag-message.ts';
import { renderModelVersion } from './render-model-version.ts';

const REQUEST = message({
  name: requiredString(),
  source: requiredString(),
  run_id: string(),
  tags: repeated(TAG),
  run_link: string(),
  description: string(),
  model_id: string(),
});

export const createModelVersionDoor = door('createModelVersion', REQUEST, async (deps, actor, input) => {
  const version = await createModelVersion(deps, actor, {
    name: input.name,
    source: input.source,
    runId: input.run_id,
    modelId: input.model_id,
    tags: toTags(input.tags),
    // MLflow: its handler passes unset texts on as empty ones.
    runLink: input.run_link ?? '',
    description: input.description ?? '',
  });
  return { model_version: renderModelVersion(version) };
});
