import { parseExperimentId } from '../../../domain/experiment.ts';
import { restoreExperiment } from '../../../operations/experiment.ts';
import { door } from '../door.ts';
import { message, requiredString } from '../proto-json.ts';

const REQUEST = message({ experiment_id: requiredString() });

export const restoreExperimentDoor = door('restoreExperiment', REQUEST, (deps, actor, input) =>
  restoreExperiment(deps, actor, parseExperimentId(input.experiment_id)),
);
