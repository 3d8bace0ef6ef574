import { restoreRun } from '../../../operations/run.ts';
import { door } from '../door.ts';
import { message, requiredString } from '../proto-json.ts';

const REQUEST = message({ run_id: requiredString() });

export const restoreRunDoor = door('restoreRun', REQUEST, (deps, actor, input) =>
  restoreRun(deps, actor, input.run_id),
);
