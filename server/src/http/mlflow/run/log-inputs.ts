import { logInputs } from '../../../operations/run-link.ts';
import { door } from '../door.ts';
import { message, nested, repeated, requiredString, string } from '../proto-json.ts';
import { TAG, toTags } from '../tag-message.ts';

const DATASET = message({
  name: string(),
  digest: string(),
  source_type: string(),
  source: string(),
  schema: string(),
  profile: string(),
});

const REQUEST = message({
  run_id: requiredString(),
  datasets: repeated(message({ tags: repeated(TAG), dataset: nested(DATASET) })),
  models: repeated(message({ model_id: string() })),
});

export const logInputsDoor = door('logInputs', REQUEST, (deps, actor, input) =>
  logInputs(deps, actor, {
    runId: input.run_id,
    // MLflow: what is unset in a dataset is an empty text, and so is all of an unset dataset.
    datasets: input.datasets.map(({ tags, dataset }) => ({
      tags: toTags(tags),
      dataset: {
        name: dataset?.name ?? '',
        digest: dataset?.digest ?? '',
        sourceType: dataset?.source_type ?? '',
        source: dataset?.source ?? '',
        schema: dataset?.schema ?? null,
        profile: dataset?.profile ?? null,
      },
    })),
    modelIds: input.models.map(({ model_id }) => model_id ?? ''),
  }),
);
