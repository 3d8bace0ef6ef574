import type { Int64 } from '../../domain/int64.ts';
import type { NameScope } from '../../domain/permission.ts';
import type { ModelKind } from '../../domain/registered-model.ts';
import type { SemanticVersion } from '../../domain/semantic-version.ts';
import type { Slot } from '../../domain/slot.ts';
import type { Facts, ModelIdentity, Seal, VersionRecord } from '../../domain/version-record.ts';

/** What the next version of a model follows. */
export interface VersionNumbering {
  readonly modelId: string;
  /** The greatest number that this name ever gave to a version of a model that is gone; 0 when none. */
  readonly lastNumberOfName: number;
  /** The greatest label of the model by precedence, also of deleted versions, or null. */
  readonly greatestLabel: SemanticVersion | null;
  /** When a version last entered the slot that was asked for; null: never. */
  readonly enteredAtMs: number | null;
}

/** A model as it is, or was last, called. */
export interface KnownModel {
  readonly modelId: string;
  readonly name: string;
  /** Since when it is there, as far as is known. */
  readonly fromMs: Int64;
}

export interface VersionRecordReader {
  /** The identity of the living model with this name, or null when it has none yet. */
  findIdentity(name: string): Promise<ModelIdentity | null>;
  /** The record of a version of the living model with this name. */
  find(name: string, version: number): Promise<VersionRecord | null>;
  /** Records by version number; absent ones are left out. One statement. */
  list(name: string, versions: readonly number[]): Promise<Map<number, VersionRecord>>;
  /** The same by the model's id, also of a model that is deleted. One statement. */
  listOfModel(modelId: string, versions: readonly number[]): Promise<Map<number, VersionRecord>>;
  /** Digests of sealed versions that have files, by `name/version`; of living models. One statement. */
  listDigests(
    versions: readonly { readonly name: string; readonly version: number }[],
  ): Promise<ReadonlyMap<string, string>>;
  /** Of the given versions of several models, those that are marked as deprecated. One statement. */
  listDeprecated(
    versions: readonly { name: string; version: number }[],
  ): Promise<{ name: string; version: number }[]>;
  /** The records of deleted versions below `before` (null: from the greatest), greatest first. */
  listTombstones(name: string, page: { before: number | null; limit: number }): Promise<VersionRecord[]>;
  /** The version number that carries the label, also of a deleted version, or null. */
  findBySemanticVersion(name: string, label: SemanticVersion): Promise<number | null>;
  /** Living models by name, as far as they may be shown. */
  listIdentities(names: NameScope | null): Promise<{ readonly modelId: string; readonly name: string }[]>;
  /** The model with this id, also one that is deleted. */
  findModel(modelId: string): Promise<KnownModel | null>;
  /** What models are, or were last, called; one statement. */
  namesOf(modelIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** The last model that got the name no later than the instant; null: the last of all. */
  findFormer(name: string, atMs: number | null): Promise<KnownModel | null>;
  /** What the model was called at the instant. */
  findNameAt(modelId: string, atMs: number): Promise<string | null>;
  /** What the next version of the living model with this name follows. Null: it has no identity. One statement. */
  findNumbering(name: string, slot: Slot): Promise<VersionNumbering | null>;
}

export interface VersionRecordWriter extends VersionRecordReader {
  insertIdentity(
    identity: ModelIdentity & { kind: ModelKind; nowMs: number; createdBy: string },
  ): Promise<void>;
  renameIdentity(modelId: string, newName: string, nowMs: number): Promise<void>;
  /** Marks the model as deleted; its records become tombstones. */
  tombstoneIdentity(modelId: string, nowMs: number, deletedBy: string): Promise<void>;
  /**
   * Living identities of that creation time whose name has no model now, or one of another time: candidates
   * for a rename from outside.
   */
  listMisplacedCreatedAt(mlflowCreatedAtMs: number | bigint): Promise<ModelIdentity[]>;
  /** Remembers that the name has given numbers up to this one. */
  raiseLastNumberOfName(name: string, lastNumber: number): Promise<void>;
  /** Inserts the record. */
  insert(record: VersionRecord): Promise<void>;
  /** Every version up to this one has a record. */
  raiseAdoptedThrough(modelId: string, version: number): Promise<void>;
  setDeprecated(modelId: string, version: number, deprecated: boolean): Promise<void>;
  /** A tag of the version of the living model with this name changed. */
  setTagged(name: string, version: number, nowMs: number): Promise<void>;
  setFacts(modelId: string, version: number, facts: Facts): Promise<void>;
  setSeal(
    modelId: string,
    version: number,
    seal: { seal: Seal; digest: string | null; sizeBytes: number | null; nowMs: number },
  ): Promise<void>;
  tombstone(modelId: string, version: number, nowMs: number, deletedBy: string): Promise<void>;
}
