import type { Metric } from '../../../domain/metric.ts';

/** MLflow's message `Metric`. */
export function renderMetric(metric: Metric) {
  return { key: metric.key, value: metric.value, timestamp: metric.timestampMs, step: metric.step };
}
