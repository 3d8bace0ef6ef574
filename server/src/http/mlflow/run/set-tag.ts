import { setRunTag } from '../../../operations/run-data.ts';
import { door } from '../door.ts';
import { message, requiredRunId, requiredString, string } from '../proto-json.ts';

const REQUEST = message({ run_id: requiredRunId(), key: requiredString(), value: string() });

export const setTagDoor = door('setTag', REQUEST, (deps, actor, input) =>
  setRunTag(deps, actor, { runId: input.run_id, tag: { key: input.key, value: input.value ?? '' } }),
);
