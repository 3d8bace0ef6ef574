import { logParam } from '../../../operations/run-data.ts';
import { door } from '../door.ts';
import { message, requiredRunId, requiredString, string } from '../proto-json.ts';

const REQUEST = message({ run_id: requiredRunId(), key: requiredString(), value: string() });

export const logParamDoor = door('logParam', REQUEST, (deps, actor, input) =>
  logParam(deps, actor, { runId: input.run_id, param: { key: input.key, value: input.value ?? '' } }),
);
