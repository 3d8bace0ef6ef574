import type { Metric } from '../../domain/metric.ts';

/** What was measured on versions when they were registered. */
export interface RegistrationMetricReader {
  /** The latest points of the run and of the logged model as they were then; null: nobody looked. */
  list(modelId: string, version: number): Promise<readonly Metric[] | null>;
}

export interface RegistrationMetricWriter extends RegistrationMetricReader {
  /** Keeps what stands now, in one statement for each of the two. */
  keep(
    version: { readonly modelId: string; readonly version: number },
    measured: { readonly runId: string | null; readonly loggedModelId: string | null },
  ): Promise<void>;
}
