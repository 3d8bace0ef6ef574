import { checkLength } from './key-rules.ts';
import type { Tag } from './tag.ts';

/** Data that a run read, as the client described it. Identified by name and digest within an experiment. */
export interface Dataset {
  readonly name: string;
  readonly digest: string;
  readonly sourceType: string;
  readonly source: string;
  readonly schema: string | null;
  readonly profile: string | null;
}

/** A dataset as the input of a run; tag `mlflow.data.context` says what for. */
export interface DatasetInput {
  readonly dataset: Dataset;
  readonly tags: readonly Tag[];
}

/** MLflow: the tag of a dataset input that says what the run used it for. */
export const CONTEXT_TAG = 'mlflow.data.context';
/** Its values, in lower case, of a run that only measured on the data. */
export const EVALUATION_CONTEXTS = ['eval', 'evaluation', 'test', 'testing', 'validation', 'val', 'valid'];

/** Whether a run evaluated on the dataset, by what it said of it. */
export function isEvaluation({ tags }: DatasetInput): boolean {
  const context = tags.find(({ key }) => key === CONTEXT_TAG)?.value ?? '';
  return EVALUATION_CONTEXTS.includes(context.toLowerCase());
}

/** MLflow's limits, in characters. */
const LIMITS = {
  name: 500,
  digest: 36,
  source: 65_535,
  schema: 1_048_575,
  profile: 16_777_215,
} as const;
const SOURCE_TYPE_LIMIT = 36;
const TAG_KEY_LIMIT = 255;
const TAG_VALUE_LIMIT = 500;

/** @throws `invalid_argument` with MLflow's sentence. */
export function checkDatasetInput({ dataset, tags }: DatasetInput): void {
  for (const field of ['name', 'digest', 'source', 'schema', 'profile'] as const)
    checkLength(field, dataset[field] ?? '', LIMITS[field], field);
  checkLength('source_type', dataset.sourceType, SOURCE_TYPE_LIMIT, 'source_type');
  for (const tag of tags) {
    checkLength('key', tag.key, TAG_KEY_LIMIT, 'key');
    checkLength('value', tag.value, TAG_VALUE_LIMIT, 'value');
  }
}

/** MLflow: of inputs with the same name and digest the first counts. */
export function firstPerDataset(inputs: readonly DatasetInput[]): DatasetInput[] {
  const first = new Map<string, DatasetInput>();
  for (const input of inputs) {
    const key = datasetKey(input.dataset);
    if (!first.has(key)) first.set(key, input);
  }
  return [...first.values()];
}

/** A dataset's identity within its experiment, as a key for maps. */
export function datasetKey({ name, digest }: { name: string; digest: string }): string {
  return JSON.stringify([name, digest]);
}
