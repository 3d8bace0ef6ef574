import { parseExperimentId } from '../../../domain/experiment.ts';
import { deleteExperiment } from '../../../operations/experiment.ts';
import { door } from '../door.ts';
import { message, requiredString } from '../proto-json.ts';

const REQUEST = message({ experiment_id: requiredString() });

export const deleteExperimentDoor = door('deleteExperiment', REQUEST, (deps, actor, input) =>
  deleteExperiment(deps, actor, parseExperimentId(input.experiment_id)),
);
