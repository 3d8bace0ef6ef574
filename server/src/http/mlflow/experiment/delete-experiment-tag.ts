import { parseExperimentId } from '../../../domain/experiment.ts';
import { deleteExperimentTag } from '../../../operations/experiment.ts';
import { door } from '../door.ts';
import { message, requiredString } from '../proto-json.ts';

const REQUEST = message({ experiment_id: requiredString(), key: requiredString() });

export const deleteExperimentTagDoor = door('deleteExperimentTag', REQUEST, (deps, actor, input) =>
  deleteExperimentTag(deps, actor, {
    experimentId: parseExperimentId(input.experiment_id),
    key: input.key,
  }),
);
