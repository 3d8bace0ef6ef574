import { parseExperimentId } from '../../../domain/experiment.ts';
import { setExperimentTag } from '../../../operations/experiment.ts';
import { door } from '../door.ts';
import { message, requiredString, string } from '../proto-json.ts';

const REQUEST = message({ experiment_id: requiredString(), key: requiredString(), value: string() });

export const setExperimentTagDoor = door('setExperimentTag', REQUEST, (deps, actor, input) =>
  setExperimentTag(deps, actor, {
    experimentId: parseExperimentId(input.experiment_id),
    tag: { key: input.key, value: input.value ?? '' },
  }),
);
