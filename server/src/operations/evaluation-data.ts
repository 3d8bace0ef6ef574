import type { DatasetInput } from '../domain/dataset.ts';
import type { EvaluationData } from '../domain/metric-comparison.ts';
import type { VersionView } from './version-view.ts';

/** MLflow: the tag of a dataset input that says what the run used it for. */
const CONTEXT_TAG = 'mlflow.data.context';
const EVALUATION = new Set(['eval', 'evaluation', 'test', 'testing', 'validation', 'val', 'valid']);

/** Whether a run evaluated on the dataset, by what it said of it. */
export function isEvaluation({ tags }: DatasetInput): boolean {
  const context = tags.find(({ key }) => key === CONTEXT_TAG)?.value ?? '';
  return EVALUATION.has(context.toLowerCase());
}

/** Digests of the datasets that the run said it was evaluated on, as one text; null: it said nothing. */
export function evaluatedOn({ run }: VersionView): EvaluationData {
  const digests = (run?.datasetInputs ?? []).filter(isEvaluation).map(({ dataset }) => dataset.digest);
  return digests.length === 0 ? null : digests.sort().join(' ');
}
