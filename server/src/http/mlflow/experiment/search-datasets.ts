import { parseExperimentIds } from '../../../domain/experiment.ts';
import { checkDatasetExperiments, searchDatasets } from '../../../operations/dataset.ts';
import { readDoor } from '../door.ts';
import { message, repeatedStrings } from '../proto-json.ts';

const REQUEST = message({ experiment_ids: repeatedStrings() });

export const searchDatasetsDoor = readDoor('searchDatasets', REQUEST, async (deps, actor, input) => {
  checkDatasetExperiments(input.experiment_ids);
  const summaries = await searchDatasets(deps, actor, parseExperimentIds(input.experiment_ids));
  if (summaries.length === 0) return {};
  return {
    dataset_summaries: summaries.map(({ experimentId, name, digest, context }) => ({
      experiment_id: String(experimentId),
      name,
      digest,
      // MLflow: an empty context counts as none.
      context: context || undefined,
    })),
  };
});
