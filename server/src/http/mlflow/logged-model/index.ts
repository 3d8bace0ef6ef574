import type { Door } from '../door.ts';
import { createLoggedModelDoor } from './create-logged-model.ts';
import { deleteLoggedModelDoor } from './delete-logged-model.ts';
import { deleteLoggedModelTagDoor } from './delete-logged-model-tag.ts';
import { finalizeLoggedModelDoor } from './finalize-logged-model.ts';
import { getLoggedModelDoor } from './get-logged-model.ts';
import { logLoggedModelParamsDoor } from './log-logged-model-params.ts';
import { searchLoggedModelsDoor } from './search-logged-models.ts';
import { setLoggedModelTagsDoor } from './set-logged-model-tags.ts';

export const loggedModelDoors: readonly Door[] = [
  createLoggedModelDoor,
  getLoggedModelDoor,
  finalizeLoggedModelDoor,
  logLoggedModelParamsDoor,
  setLoggedModelTagsDoor,
  deleteLoggedModelTagDoor,
  searchLoggedModelsDoor,
  deleteLoggedModelDoor,
];
