import { deleteRun } from '../../../operations/run.ts';
import { door } from '../door.ts';
import { message, requiredString } from '../proto-json.ts';

const REQUEST = message({ run_id: requiredString() });

export const deleteRunDoor = door('deleteRun', REQUEST, (deps, actor, input) =>
  deleteRun(deps, actor, input.run_id),
);
