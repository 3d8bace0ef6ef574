import { isEvaluation } from '../domain/dataset.ts';
import type { EvaluationData } from '../domain/metric-comparison.ts';
import type { VersionView } from './version-view.ts';

/** Digests of the datasets that the run said it was evaluated on, as one text; null: it said nothing. */
export function evaluatedOn({ run }: VersionView): EvaluationData {
  const digests = (run?.datasetInputs ?? []).filter(isEvaluation).map(({ dataset }) => dataset.digest);
  return digests.length === 0 ? null : digests.sort().join(' ');
}
