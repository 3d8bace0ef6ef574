import type { Int64 } from '../../domain/int64.ts';
import type { MlflowStage, Stage } from '../../domain/stage.ts';
import type { ModelIdentity } from '../../domain/version-record.ts';

/** A bounded look at a part of a model, by version number. */
export interface VersionWindow {
  /** Versions up to this number were looked at before. */
  readonly after: number;
  readonly limit: number;
}

/** What a look found, and where the next one begins; `next` is null at the end. */
export interface VersionWindowResult {
  readonly versions: readonly number[];
  readonly next: number | null;
}

/** An alias whose open interval and MLflow's row differ; null where one of them is absent. */
export interface AliasDifference {
  readonly alias: string;
  readonly holder: number | null;
  readonly version: number | null;
}

/** How much MLflow wrote that has no record of ours yet, counted over the whole workspace. */
export interface AdoptionBacklog {
  readonly models: number;
  readonly versions: number;
  /** Versions whose stage, and aliases whose target, differ from what we recorded last. */
  readonly stages: number;
  readonly aliases: number;
  /** Versions and models that are gone without a tombstone; a renamed model counts until it is recognised. */
  readonly deletedVersions: number;
  readonly deletedModels: number;
}

/** Finds what MLflow wrote while we were away. Every look is bounded, whatever the size of a model. */
export interface AdoptionReader {
  /** Recorded versions that MLflow has in the stage, and we in another one. */
  findEntered(model: ModelIdentity, stage: MlflowStage, window: VersionWindow): Promise<VersionWindowResult>;
  /** Versions that we have in the stage, and MLflow in another one or not at all. */
  findLeft(model: ModelIdentity, stage: Stage, window: VersionWindow): Promise<VersionWindowResult>;
  /** Recorded versions that MLflow deleted. */
  findDeleted(model: ModelIdentity, window: VersionWindow): Promise<VersionWindowResult>;
  listAliasDifferences(model: ModelIdentity): Promise<AliasDifference[]>;
  /** Living identities whose name has no model, or one created at another time; by id after `after`. */
  listMisplaced(after: string, limit: number): Promise<ModelIdentity[]>;
  /** Names of the models that MLflow created at that instant. */
  listNamesCreatedAt(createdAtMs: Int64): Promise<string[]>;
  /** How many of the newest records of the identity, at most `limit`, are not of the versions under `name`. */
  countForeignRecords(modelId: string, name: string, limit: number): Promise<number>;
  /** The greatest version that has a record; 0 when none has. */
  greatestRecorded(modelId: string): Promise<number>;
  /** For reports; may take seconds on a large database. */
  countBacklog(): Promise<AdoptionBacklog>;
}

export interface AdoptionWriter extends AdoptionReader {
  /**
   * Makes records for the lowest versions without one, at most `limit`, and opens their stage intervals with
   * origin `adopted`. A label continues from the greatest label of the versions before, by as many minors as
   * the number is greater; so it does not depend on how far adoption has come. Wants the model locked.
   * Answers how far every version now has a record.
   */
  adoptNext(model: ModelIdentity, batch: { limit: number; nowMs: number }): Promise<number>;
  /** The same for one version, ahead of its turn; a version with a record stays as it is. */
  adoptVersion(model: ModelIdentity, version: number, nowMs: number): Promise<void>;
}
