import type { Int64 } from '../../../domain/int64.ts';
import type { NewMetric } from '../../../domain/metric.ts';
import { double, int64, message, required, requiredString, string, withDefault } from '../proto-json.ts';

/** The fields of a metric to log. */
export const METRIC_FIELDS = {
  key: requiredString(),
  value: required(double(), 'missing'),
  timestamp: required(int64()),
  step: withDefault(int64(), 0),
  model_id: string(),
  dataset_name: string(),
  dataset_digest: string(),
};

/** A metric in a batch. */
export const METRIC = message(METRIC_FIELDS);

interface MetricInput {
  readonly key: string;
  readonly value: number;
  readonly timestamp: Int64;
  readonly step: Int64;
  readonly model_id: string | undefined;
  readonly dataset_name: string | undefined;
  readonly dataset_digest: string | undefined;
}

/** Wire → domain. MLflow: an empty text is as if it were unset. */
export function toNewMetric(input: MetricInput): NewMetric {
  return {
    key: input.key,
    value: input.value,
    timestampMs: input.timestamp,
    step: input.step,
    modelId: input.model_id || null,
    datasetName: input.dataset_name || null,
    datasetDigest: input.dataset_digest || null,
  };
}
