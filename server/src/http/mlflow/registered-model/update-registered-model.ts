import { updateRegisteredModel } from '../../../operations/registered-model.ts';
import { door } from '../door.ts';
import { message, requiredString, string } from '../proto-json.ts';
import { renderRegisteredModel } from './render-registered-model.ts';

const REQUEST = message({ name: requiredString(), description: string(), deployment_job_id: string() });

export const updateRegisteredModelDoor = door(
  'updateRegisteredModel',
  REQUEST,
  async (deps, actor, input) => {
    // MLflow: an unset description clears the old one.
    const description = input.description ?? '';
    const model = await updateRegisteredModel(deps, actor, { name: input.name, description });
    return { registered_model: renderRegisteredModel(model) };
  },
);
