import type { Door } from '../door.ts';
import { createExperimentDoor } from './create-experiment.ts';
import { deleteExperimentDoor } from './delete-experiment.ts';
import { deleteExperimentTagDoor } from './delete-experiment-tag.ts';
import { getExperimentDoor } from './get-experiment.ts';
import { getExperimentByNameDoor } from './get-experiment-by-name.ts';
import { restoreExperimentDoor } from './restore-experiment.ts';
import { searchDatasetsDoor } from './search-datasets.ts';
import { searchExperimentsDoor } from './search-experiments.ts';
import { setExperimentTagDoor } from './set-experiment-tag.ts';
import { updateExperimentDoor } from './update-experiment.ts';

export const experimentDoors: readonly Door[] = [
  createExperimentDoor,
  getExperimentDoor,
  getExperimentByNameDoor,
  searchDatasetsDoor,
  searchExperimentsDoor,
  updateExperimentDoor,
  deleteExperimentDoor,
  restoreExperimentDoor,
  setExperimentTagDoor,
  deleteExperimentTagDoor,
];
