import { createRegisteredModel } from '../../../operations/registered-model.ts';
import { door } from '../door.ts';
import { message, repeated, requiredString, string } from '../proto-json.ts';
import { TAG, toTags } from '../tag-message.ts';
import { renderRegisteredModel } from './render-registered-model.ts';

const REQUEST = message({
  name: requiredString(),
  tags: repeated(TAG),
  description: string(),
  deployment_job_id: string(),
});

export const createRegisteredModelDoor = door(
  'createRegisteredModel',
  REQUEST,
  async (deps, actor, input) => {
    const model = await createRegisteredModel(deps, actor, {
      name: input.name,
      tags: toTags(input.tags),
      // MLflow: its handler passes an unset description on as an empty text.
      description: input.description ?? '',
    });
    return { registered_model: renderRegisteredModel(model) };
  },
);
