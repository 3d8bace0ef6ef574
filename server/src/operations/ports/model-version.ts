import type { ModelVersion } from '../../domain/model-version.ts';
import type { Page } from '../../domain/page.ts';
import type { NameScope } from '../../domain/permission.ts';
import type { ModelVersionSearch } from '../../domain/search/model-version.ts';
import type { MlflowStage, Stage } from '../../domain/stage.ts';
import type { Tag } from '../../domain/tag.ts';
import type { SearchPage } from './registered-model.ts';

/** A row to insert; stage and status as given. */
interface NewModelVersion {
  readonly name: string;
  readonly version: number;
  readonly description: string | null;
  readonly userId: string | null;
  readonly stage: MlflowStage;
  readonly source: string;
  readonly runId: string | null;
  readonly runLink: string | null;
  readonly storageLocation: string;
  readonly tags: readonly Tag[];
  readonly nowMs: number;
}

export interface VersionPage {
  readonly stage: Stage | null;
  readonly before: number | null;
  readonly limit: number;
}

/** Deleted versions are absent for every method unless it says otherwise. */
export interface ModelVersionReader {
  /** The version with tags and aliases, in one statement. */
  find(name: string, version: number): Promise<ModelVersion | null>;
  /** Some versions by number, in any order, with tags and aliases, in one statement; absent ones are left out. */
  listNumbers(name: string, versions: readonly number[]): Promise<ModelVersion[]>;
  /** The version that the alias points to, with tags and aliases, in one statement. */
  findByAlias(name: string, alias: string): Promise<ModelVersion | null>;
  /** The greatest version of each of the stages, with tags and aliases, by version. Index probes only. */
  latest(name: string, stages: readonly MlflowStage[]): Promise<ModelVersion[]>;
  /** The greatest version number ever given under this name, deleted ones included; 0 when none. */
  greatestNumber(name: string): Promise<number>;
  /** The numbers alone of the versions in the stage, greatest first; at most `limit`. Read from the index. */
  listNumbersInStage(name: string, stage: MlflowStage, limit: number): Promise<number[]>;
  /** How many living versions the model has, in one of our stages or in all. */
  count(name: string, stage: Stage | null): Promise<number>;
  /**
   * A page of the model's versions, greatest first, with tags and aliases, in one statement: those below
   * `before` (null: from the greatest), in one of our stages (null: in all).
   */
  listPage(name: string, page: VersionPage): Promise<ModelVersion[]>;
  /** One page, with tags and without aliases, in a constant number of statements. */
  /** One page of versions of models whose names are in `readable`; null is every name. */
  search(
    search: ModelVersionSearch,
    readable: NameScope | null,
    page: SearchPage,
  ): Promise<Page<ModelVersion>>;
}

export interface ModelVersionWriter extends ModelVersionReader {
  insert(version: NewModelVersion): Promise<void>;
  setDescription(name: string, version: number, description: string | null, nowMs: number): Promise<void>;
  setStage(name: string, versions: readonly number[], stage: MlflowStage, nowMs: number): Promise<void>;
  /** MLflow's soft delete: the row stays, redacted; its tags stay, too. */
  markDeleted(name: string, version: number, nowMs: number): Promise<void>;
  putTag(name: string, version: number, tag: Tag): Promise<void>;
  /** Absent is fine. */
  deleteTag(name: string, version: number, key: string): Promise<void>;
}
