import { parseExperimentId } from '../../../domain/experiment.ts';
import { getExperiment } from '../../../operations/experiment.ts';
import { door } from '../door.ts';
import { message, requiredString } from '../proto-json.ts';
import { renderExperiment } from './render-experiment.ts';

const REQUEST = message({ experiment_id: requiredString() });

export const getExperimentDoor = door('getExperiment', REQUEST, async (deps, actor, input) => ({
  experiment: renderExperiment(await getExperiment(deps, actor, parseExperimentId(input.experiment_id))),
}));
