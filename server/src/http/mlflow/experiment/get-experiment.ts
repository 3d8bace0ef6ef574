import { parseExperimentId } from '../../../domain/experiment.ts';
import { getExperiment } from '../../../operations/experiment.ts';
import { readDoor } from '../door.ts';
import { message, requiredString } from '../proto-json.ts';
import { renderExperiment } from './render-experiment.ts';

const REQUEST = message({ experiment_id: requiredString() });

export const getExperimentDoor = readDoor('getExperiment', REQUEST, async (deps, actor, input) => ({
  experiment: renderExperiment(await getExperiment(deps, actor, parseExperimentId(input.experiment_id))),
}));
