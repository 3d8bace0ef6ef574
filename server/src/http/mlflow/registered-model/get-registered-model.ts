import { getRegisteredModel } from '../../../operations/registered-model.ts';
import { readDoor } from '../door.ts';
import { message, requiredString } from '../proto-json.ts';
import { renderRegisteredModel } from './render-registered-model.ts';

const REQUEST = message({ name: requiredString() });

export const getRegisteredModelDoor = readDoor(
  'getRegisteredModel',
  REQUEST,
  async (deps, actor, { name }) => ({
    registered_model: renderRegisteredModel(await getRegisteredModel(deps, actor, name)),
  }),
);
