import { logOutputs } from '../../../operations/run-link.ts';
import { door } from '../door.ts';
import { int64, message, repeated, required, requiredString, string } from '../proto-json.ts';

const REQUEST = message({
  run_id: requiredString(),
  models: required(repeated(message({ model_id: string(), step: int64() }))),
});

export const logOutputsDoor = door('logOutputs', REQUEST, (deps, actor, input) =>
  logOutputs(deps, actor, {
    runId: input.run_id,
    models: input.models.map(({ model_id, step }) => ({ modelId: model_id ?? '', step: step ?? 0 })),
  }),
);
