import { logModel } from '../../../operations/run-data.ts';
import { door } from '../door.ts';
import { message, requiredString } from '../proto-json.ts';

const REQUEST = message({ run_id: requiredString(), model_json: requiredString() });

export const logModelDoor = door('logModel', REQUEST, (deps, actor, input) =>
  logModel(deps, actor, { runId: input.run_id, modelJson: input.model_json }),
);
