import { deleteRunTag } from '../../../operations/run-data.ts';
import { door } from '../door.ts';
import { message, requiredString } from '../proto-json.ts';

const REQUEST = message({ run_id: requiredString(), key: requiredString() });

export const deleteTagDoor = door('deleteTag', REQUEST, (deps, actor, input) =>
  deleteRunTag(deps, actor, { runId: input.run_id, key: input.key }),
);
