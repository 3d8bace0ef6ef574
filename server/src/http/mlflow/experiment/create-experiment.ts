import { createExperiment } from '../../../operations/experiment.ts';
import { door } from '../door.ts';
import { message, repeated, requiredString, string } from '../proto-json.ts';
import { TAG, toTags } from '../tag-message.ts';

const REQUEST = message({ name: requiredString(), artifact_location: string(), tags: repeated(TAG) });

export const createExperimentDoor = door('createExperiment', REQUEST, async (deps, actor, input) => {
  const id = await createExperiment(deps, actor, {
    name: input.name,
    artifactLocation: input.artifact_location ?? null,
    tags: toTags(input.tags),
  });
  return { experiment_id: String(id) };
});
