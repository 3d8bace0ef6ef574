import type { Door } from '../door.ts';
import { createRunDoor } from './create-run.ts';
import { deleteRunDoor } from './delete-run.ts';
import { deleteTagDoor } from './delete-tag.ts';
import { getRunDoor } from './get-run.ts';
import { logBatchDoor } from './log-batch.ts';
import { logInputsDoor } from './log-inputs.ts';
import { logModelDoor } from './log-model.ts';
import { logOutputsDoor } from './log-outputs.ts';
import { logParamDoor } from './log-param.ts';
import { restoreRunDoor } from './restore-run.ts';
import { searchRunsDoor } from './search-runs.ts';
import { setTagDoor } from './set-tag.ts';
import { updateRunDoor } from './update-run.ts';

export const runDoors: readonly Door[] = [
  createRunDoor,
  getRunDoor,
  updateRunDoor,
  searchRunsDoor,
  deleteRunDoor,
  restoreRunDoor,
  logParamDoor,
  logBatchDoor,
  setTagDoor,
  deleteTagDoor,
  logInputsDoor,
  logOutputsDoor,
  logModelDoor,
];
