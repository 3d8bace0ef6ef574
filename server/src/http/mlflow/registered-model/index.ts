import type { Door } from '../door.ts';
import { createRegisteredModelDoor } from './create-registered-model.ts';
import { deleteRegisteredModelDoor } from './delete-registered-model.ts';
import { deleteRegisteredModelTagDoor } from './delete-registered-model-tag.ts';
import { getLatestVersionsDoor } from './get-latest-versions.ts';
import { getRegisteredModelDoor } from './get-registered-model.ts';
import { renameRegisteredModelDoor } from './rename-registered-model.ts';
import { searchRegisteredModelsDoor } from './search-registered-models.ts';
import { setRegisteredModelTagDoor } from './set-registered-model-tag.ts';
import { updateRegisteredModelDoor } from './update-registered-model.ts';

export const registeredModelDoors: readonly Door[] = [
  createRegisteredModelDoor,
  getRegisteredModelDoor,
  searchRegisteredModelsDoor,
  updateRegisteredModelDoor,
  renameRegisteredModelDoor,
  deleteRegisteredModelDoor,
  setRegisteredModelTagDoor,
  deleteRegisteredModelTagDoor,
  getLatestVersionsDoor,
];
