import type { Metric, NewMetric } from '../../domain/metric.ts';
import type { Page } from '../../domain/page.ts';
import type { SearchPage } from './registered-model.ts';

/** A metric of a run that belongs to a logged model; `datasetId` when the dataset is known to the experiment. */
interface ModelMetric extends NewMetric {
  readonly modelId: string;
  readonly datasetId: string | null;
}

export interface MetricReader {
  /** The points of a metric by time, step and value; an unknown run has none. */
  history(runId: string, key: string, page: SearchPage): Promise<Page<Metric>>;
}

export interface MetricWriter extends MetricReader {
  /** Adds the points (one that stands already is left) and moves the latest value of each key forward. */
  log(runId: string, metrics: readonly Metric[]): Promise<void>;
  /** Adds points to logged models, which must exist. */
  logToModels(run: { runId: string; experimentId: number }, metrics: readonly ModelMetric[]): Promise<void>;
}
