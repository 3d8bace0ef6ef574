import type { Door } from '../door.ts';
import { createModelVersionDoor } from './create-model-version.ts';
import { deleteModelVersionDoor } from './delete-model-version.ts';
import { deleteModelVersionTagDoor } from './delete-model-version-tag.ts';
import { getModelVersionDoor } from './get-model-version.ts';
import { getModelVersionDownloadUriDoor } from './get-model-version-download-uri.ts';
import { searchModelVersionsDoor } from './search-model-versions.ts';
import { setModelVersionTagDoor } from './set-model-version-tag.ts';
import { transitionModelVersionStageDoor } from './transition-model-version-stage.ts';
import { updateModelVersionDoor } from './update-model-version.ts';

export const modelVersionDoors: readonly Door[] = [
  createModelVersionDoor,
  getModelVersionDoor,
  getModelVersionDownloadUriDoor,
  searchModelVersionsDoor,
  updateModelVersionDoor,
  deleteModelVersionDoor,
  transitionModelVersionStageDoor,
  setModelVersionTagDoor,
  deleteModelVersionTagDoor,
];
