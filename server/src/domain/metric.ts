import { invalidArgument } from './errors.ts';
import { compareInt64, type Int64 } from './int64.ts';
import { checkKey, checkLength } from './key-rules.ts';
import { reprFloat } from './search/python-text.ts';

/** One measured value of a run. `value` may be NaN. */
export interface Metric {
  readonly key: string;
  readonly value: number;
  readonly timestampMs: Int64;
  readonly step: Int64;
}

/** A metric to log; one with a `modelId` is also kept with that logged model. */
export interface NewMetric extends Metric {
  readonly modelId: string | null;
  readonly datasetName: string | null;
  readonly datasetDigest: string | null;
}

const KEY_LIMIT = 250;
const GREATEST_DOUBLE = Number.MAX_VALUE;

/**
 * The rule for a metric. `path` leads its fields in sentences (`metrics[3]`, or nothing).
 * @throws `invalid_argument` with MLflow's sentence.
 */
export function checkMetric(metric: Metric, path = ''): void {
  const at = (field: string) => (path === '' ? field : `${path}.${field}`);
  checkKey(metric.key, at('name'));
  if (metric.timestampMs < 0)
    // MLflow: the space at the end is part of the sentence.
    throw invalidArgument(
      `Invalid value ${metric.timestampMs} for parameter '${at('timestamp')}' supplied: metric '${metric.key}' ` +
        `(value=${reprFloat(metric.value)}). Timestamp must be a nonnegative long (64-bit integer) `,
      at('timestamp'),
    );
  checkLength('Metric name', metric.key, KEY_LIMIT, at('name'));
}

/** MLflow: NaN is stored as 0 with a mark, infinities as the greatest doubles. */
export function storedValue(value: number): { value: number; isNan: boolean } {
  if (Number.isNaN(value)) return { value: 0, isNan: true };
  if (Number.isFinite(value)) return { value, isNan: false };
  return { value: value > 0 ? GREATEST_DOUBLE : -GREATEST_DOUBLE, isNan: false };
}

/** Whether `a` is later than `b`: MLflow compares step, time and stored value, in this order. */
export function isLater(a: Metric, b: Metric): boolean {
  const order = compareInt64(a.step, b.step) || compareInt64(a.timestampMs, b.timestampMs);
  return order === 0 ? storedValue(a.value).value > storedValue(b.value).value : order > 0;
}

/** Whether both are one measurement: the same key, step, time and stored value. */
export function isSamePoint(a: Metric, b: Metric): boolean {
  return (
    a.key === b.key && !isLater(a, b) && !isLater(b, a) && Number.isNaN(a.value) === Number.isNaN(b.value)
  );
}

/** The latest of each key, sorted by key (a fixed order in which writers lock the rows). */
export function latestPerKey<M extends Metric>(metrics: readonly M[]): M[] {
  const latest = new Map<string, M>();
  for (const metric of metrics) {
    const known = latest.get(metric.key);
    if (known === undefined || isLater(metric, known)) latest.set(metric.key, metric);
  }
  return [...latest.values()].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}
