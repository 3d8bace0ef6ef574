import { getExperimentByName } from '../../../operations/experiment.ts';
import { readDoor } from '../door.ts';
import { message, requiredString } from '../proto-json.ts';
import { renderExperiment } from './render-experiment.ts';

const REQUEST = message({ experiment_name: requiredString() });

export const getExperimentByNameDoor = readDoor(
  'getExperimentByName',
  REQUEST,
  async (deps, actor, input) => ({
    experiment: renderExperiment(await getExperimentByName(deps, actor, input.experiment_name)),
  }),
);
