import { getRun } from '../../../operations/run.ts';
import { readDoor } from '../door.ts';
import { message, requiredRunId } from '../proto-json.ts';
import { renderRun } from './render-run.ts';

const REQUEST = message({ run_id: requiredRunId() });

export const getRunDoor = readDoor('getRun', REQUEST, async (deps, actor, input) => ({
  run: renderRun(await getRun(deps, actor, input.run_id)),
}));
