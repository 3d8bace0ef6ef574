import { updateRun } from '../../../operations/run.ts';
import { door } from '../door.ts';
import { enumeration, int64, message, requiredRunId, string } from '../proto-json.ts';
import { renderRunInfo } from './render-run.ts';

const STATUS_NUMBERS = { RUNNING: 1, SCHEDULED: 2, FINISHED: 3, FAILED: 4, KILLED: 5 } as const;

const REQUEST = message({
  run_id: requiredRunId(),
  end_time: int64(),
  status: enumeration(STATUS_NUMBERS),
  run_name: string(),
});

export const updateRunDoor = door('updateRun', REQUEST, async (deps, actor, input) => {
  const info = await updateRun(deps, actor, {
    runId: input.run_id,
    ...(input.status === undefined ? {} : { status: input.status }),
    ...(input.end_time === undefined ? {} : { endTimeMs: input.end_time }),
    ...(input.run_name === undefined ? {} : { name: input.run_name }),
  });
  return { run_info: renderRunInfo(info) };
});
