import type {
  DatasetFilter,
  LoggedModel,
  LoggedModelInfo,
  LoggedModelStatus,
} from '../../domain/logged-model.ts';
import type { DatasetMetric } from '../../domain/metric-comparison.ts';
import type { Page } from '../../domain/page.ts';
import type { Param } from '../../domain/run.ts';
import type { LoggedModelSearch } from '../../domain/search/logged-model.ts';
import type { Tag } from '../../domain/tag.ts';
import type { SearchPage } from './registered-model.ts';

/** A row to insert; an active, pending model. No key of params or tags twice. */
interface NewLoggedModel {
  readonly modelId: string;
  readonly experimentId: number;
  readonly name: string;
  readonly artifactUri: string;
  readonly modelType: string;
  readonly sourceRunId: string;
  readonly params: readonly Param[];
  readonly tags: readonly Tag[];
  readonly nowMs: number;
}

/** Rows that hang on a model carry its experiment, too. */
interface ModelOfExperiment {
  readonly modelId: string;
  readonly experimentId: number;
}

/** What was measured on a model; of each metric only the latest point. */
export type MeasuredModel = Pick<LoggedModel, 'experimentName' | 'params' | 'metrics'>;

/** One measurement of a model on a dataset. */
interface ModelDatasetMetric extends DatasetMetric {
  readonly modelId: string;
  readonly experimentName: string;
}

/** Which models a search looks through. */
export interface LoggedModelScope {
  readonly experimentIds: readonly number[];
  /** Metric conditions, or when there are none the models, are about one of these; empty: about any. */
  readonly datasets: readonly DatasetFilter[];
}

/** Deleted models are found, too, unless a method says otherwise. */
export interface LoggedModelReader {
  /** The whole model with tags and params by key and all metrics, in one statement. */
  find(modelId: string): Promise<LoggedModel | null>;
  /** What was measured on those of the models that exist, by id; one statement for each 500. */
  findMeasured(modelIds: readonly string[]): Promise<Map<string, MeasuredModel>>;
  /** What was measured on them with a dataset named: of each metric and dataset the latest point; one statement. */
  listDatasetMetrics(modelIds: readonly string[]): Promise<ModelDatasetMetric[]>;
  /** One page of whole models in one statement; deleted ones are left out. */
  search(search: LoggedModelSearch, scope: LoggedModelScope, page: SearchPage): Promise<Page<LoggedModel>>;
}

/** A registered version whose files are not frozen yet; `modelId` is that of its registered model. */
export interface UnsealedVersion {
  readonly modelId: string;
  readonly name: string;
  readonly version: number;
}

export interface LoggedModelWriter extends LoggedModelReader {
  /** What the model is; its row stays locked until the unit of work ends. */
  lock(modelId: string): Promise<LoggedModelInfo | null>;
  insert(model: NewLoggedModel): Promise<void>;
  setStatus(modelId: string, status: LoggedModelStatus, nowMs: number): Promise<void>;
  markDeleted(modelId: string, nowMs: number): Promise<void>;
  /** Adds the params whose keys are new; answers the given ones that stand already with another value. */
  addParams(model: ModelOfExperiment, params: readonly Param[]): Promise<{ given: Param; standing: Param }[]>;
  /** The living versions registered from the model whose seal is open. */
  listUnsealedVersions(model: Pick<LoggedModelInfo, 'modelId' | 'artifactUri'>): Promise<UnsealedVersion[]>;
  findTag(modelId: string, key: string): Promise<string | null>;
  /** Inserts or replaces; no key twice. */
  putTags(model: ModelOfExperiment, tags: readonly Tag[]): Promise<void>;
  /** False when there was no such tag. */
  deleteTag(modelId: string, key: string): Promise<boolean>;
}
