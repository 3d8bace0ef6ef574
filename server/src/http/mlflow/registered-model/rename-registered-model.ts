import { renameRegisteredModel } from '../../../operations/registered-model.ts';
import { door } from '../door.ts';
import { message, requiredString } from '../proto-json.ts';
import { renderRegisteredModel } from './render-registered-model.ts';

const REQUEST = message({ name: requiredString(), new_name: requiredString() });

export const renameRegisteredModelDoor = door(
  'renameRegisteredModel',
  REQUEST,
  async (deps, actor, input) => {
    const model = await renameRegisteredModel(deps, actor, { name: input.name, newName: input.new_name });
    return { registered_model: renderRegisteredModel(model) };
  },
);
