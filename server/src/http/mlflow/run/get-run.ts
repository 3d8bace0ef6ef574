import { getRun } from '../../../operations/run.ts';
import { door } from '../door.ts';
import { message, requiredRunId } from '../proto-json.ts';
import { renderRun } from './render-run.ts';

const REQUEST = message({ run_id: requiredRunId() });

export const getRunDoor = door('getRun', REQUEST, async (deps, actor, input) => ({
  run: renderRun(await getRun(deps, actor, input.run_id)),
}));
