import type { Door } from '../door.ts';
import { deleteRegisteredModelAliasDoor } from './delete-registered-model-alias.ts';
import { getModelVersionByAliasDoor } from './get-model-version-by-alias.ts';
import { setRegisteredModelAliasDoor } from './set-registered-model-alias.ts';

export const aliasDoors: readonly Door[] = [
  setRegisteredModelAliasDoor,
  deleteRegisteredModelAliasDoor,
  getModelVersionByAliasDoor,
];
