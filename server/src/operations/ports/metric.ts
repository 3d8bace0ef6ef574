import type { Int64 } from '../../domain/int64.ts';
import type { Metric, NewMetric } from '../../domain/metric.ts';
import type { Page } from '../../domain/page.ts';
import type { SearchPage } from './registered-model.ts';

/** A metric of a run that belongs to a logged model; `datasetId` when the dataset is known to the experiment. */
interface ModelMetric extends NewMetric {
  readonly modelId: string;
  readonly datasetId: string | null;
}

/** A point and the run that it belongs to. */
export interface RunMetric extends Metric {
  readonly runId: string;
}

/** How a history is thinned out: to `limit` points of each run, of the steps from `first` to `last` when given. */
interface Sampling {
  readonly limit: number;
  readonly steps: { readonly first: Int64; readonly last: Int64 } | null;
}

export interface MetricReader {
  /** The points of a metric in several runs, by run id, time, step and value; `limit` in all. */
  historyOfRuns(runIds: readonly string[], key: string, limit: number): Promise<RunMetric[]>;
  /**
   * Evenly taken points of a metric in each of the runs, by run id, step, time and value: the first of `limit` equal
   * shares of its rows, with its very last point in the place of the last one where that is another. The runs
   * are read one row at a time by the database; only the sample leaves it.
   */
  sampleHistory(runIds: readonly string[], key: string, sampling: Sampling): Promise<RunMetric[]>;
  /** The points of a metric by time, step and value; an unknown run has none. */
  history(runId: string, key: string, page: SearchPage): Promise<Page<Metric>>;
}

export interface MetricWriter extends MetricReader {
  /** Adds the points (one that stands already is left) and moves the latest value of each key forward. */
  log(runId: string, metrics: readonly Metric[]): Promise<void>;
  /** Adds points to logged models, which must exist. */
  logToModels(run: { runId: string; experimentId: number }, metrics: readonly ModelMetric[]): Promise<void>;
}
