import { logModel } from '../../../operations/run-data.ts';
import { door } from '../door.ts';
import { message, required, requiredString, string } from '../proto-json.ts';

// A model's description may be longer than any name.
const REQUEST = message({ run_id: requiredString(), model_json: required(string()) });

export const logModelDoor = door('logModel', REQUEST, (deps, actor, input) =>
  logModel(deps, actor, { runId: input.run_id, modelJson: input.model_json }),
);
