import type { Dataset } from '../../domain/dataset.ts';
import type { Tag } from '../../domain/tag.ts';

/** What identifies a dataset within its experiment. */
type DatasetRef = Pick<Dataset, 'name' | 'digest'>;

/** A dataset as the inputs of an experiment's runs name it; `context` (training, …) is null when they say none. */
export interface DatasetSummary extends DatasetRef {
  readonly experimentId: number;
  readonly context: string | null;
}

export interface DatasetReader {
  /** What the runs of the experiments use, each once, by experiment, name, digest and context. */
  listSummaries(experimentIds: readonly number[], limit: number): Promise<DatasetSummary[]>;
  /** `datasetKey` → id, for those of the datasets that the experiment has. */
  findIds(experimentId: number, datasets: readonly DatasetRef[]): Promise<Map<string, string>>;
}

export interface DatasetWriter extends DatasetReader {
  /** Adds those that the experiment does not have; what it has stays as it is. */
  add(experimentId: number, datasets: readonly (Dataset & { datasetId: string })[]): Promise<void>;
  /** Makes datasets inputs of a run; one that is an input already stays, with its tags. */
  link(
    runId: string,
    inputs: readonly { inputId: string; datasetId: string; tags: readonly Tag[] }[],
  ): Promise<void>;
}
