import type { Int64 } from '../../domain/int64.ts';
import type { LifecycleStage, ViewType } from '../../domain/lifecycle.ts';
import type { Page } from '../../domain/page.ts';
import type { ModelOutput, Param, Run, RunInfo, RunStatus } from '../../domain/run.ts';
import type { RunSearch } from '../../domain/search/run.ts';
import type { Tag } from '../../domain/tag.ts';
import type { SearchPage } from './registered-model.ts';

/** A row to insert; an active run. Times in ms since the epoch. */
interface NewRun {
  readonly runId: string;
  readonly experimentId: number;
  readonly name: string;
  readonly userId: string;
  readonly status: RunStatus;
  readonly startTimeMs: Int64;
  readonly endTimeMs: Int64 | null;
  readonly artifactUri: string;
}

/** What changes; absent fields stay. */
interface RunChanges {
  readonly status?: RunStatus;
  readonly endTimeMs?: Int64;
  readonly name?: string;
}

/** Which runs a search looks through. */
export interface RunScope {
  readonly experimentIds: readonly number[];
  readonly view: ViewType;
}

/** Deleted runs are found, too, unless a method says otherwise. */
export interface RunReader {
  /** What the run is and whose, in one statement. */
  findInfo(runId: string): Promise<RunInfo | null>;
  /** The whole run in one statement. */
  find(runId: string): Promise<Run | null>;
  /** The whole runs of those that exist, by id; one statement for each 500. */
  findMany(runIds: readonly string[]): Promise<Map<string, Run>>;
  /** One page of whole runs: one statement for the page, one for each 500 of its runs. */
  search(search: RunSearch, scope: RunScope, page: SearchPage): Promise<Page<Run>>;
  /** Logged model → name of its experiment, for those of the models that exist. */
  experimentsOfModels(modelIds: readonly string[]): Promise<Map<string, string>>;
  /** Run → name of its experiment, for those of the runs that exist. */
  experimentsOfRuns(runIds: readonly string[]): Promise<Map<string, string>>;
}

export interface RunWriter extends RunReader {
  /** As `findInfo`; the run's row stays locked until the unit of work ends. */
  lock(runId: string): Promise<RunInfo | null>;
  insert(run: NewRun): Promise<void>;
  update(runId: string, changes: RunChanges): Promise<void>;
  /** `deletedAtMs` is null for active ones. */
  setLifecycle(runId: string, stage: LifecycleStage, deletedAtMs: number | null): Promise<void>;
  /** All runs of the experiment at once. */
  setLifecycleOfAll(experimentId: number, stage: LifecycleStage, deletedAtMs: number | null): Promise<void>;
  /** Adds the params whose keys are new; answers the given ones that stand already with another value. */
  addParams(runId: string, params: readonly Param[]): Promise<{ given: Param; standing: Param }[]>;
  findTag(runId: string, key: string): Promise<string | null>;
  /** Inserts or replaces; no key twice. */
  putTags(runId: string, tags: readonly Tag[]): Promise<void>;
  /** False when there was no such tag. */
  deleteTag(runId: string, key: string): Promise<boolean>;
  /** Links that exist stay as they are. */
  addModelInputs(runId: string, models: readonly { inputId: string; modelId: string }[]): Promise<void>;
  /** The ids of models that are outputs of the run already; the others are linked. */
  addModelOutputs(runId: string, models: readonly (ModelOutput & { inputId: string })[]): Promise<string[]>;
}
