import { parseExperimentId } from '../../../domain/experiment.ts';
import { renameExperiment } from '../../../operations/experiment.ts';
import { door } from '../door.ts';
import { message, requiredString } from '../proto-json.ts';

const REQUEST = message({ experiment_id: requiredString(), new_name: requiredString() });

export const updateExperimentDoor = door('updateExperiment', REQUEST, (deps, actor, input) =>
  renameExperiment(deps, actor, {
    experimentId: parseExperimentId(input.experiment_id),
    newName: input.new_name,
  }),
);
