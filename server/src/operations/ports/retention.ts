import type { Stage } from '../../domain/stage.ts';
import type { Seal } from '../../domain/version-record.ts';

/** A version of a model, whatever the model is called. */
export interface VersionKey {
  readonly modelId: string;
  readonly version: number;
}

/** What retention goes by. Times are milliseconds since 1970. */
export interface RetainedVersion extends VersionKey {
  readonly modelName: string;
  /** The policy that was assigned to the model. */
  readonly assignedPolicy: string | null;
  readonly stage: Stage;
  readonly seal: Seal;
  /** 0 while it is not known. */
  readonly sizeBytes: number;
  readonly registeredAtMs: number;
  /** When it entered its stage. */
  readonly enteredAtMs: number;
  /** The last change of stage, alias or tag, or fetching of a file. */
  readonly touchedAtMs: number;
  /** When it was in production last; Infinity: it is there now; null: it never was. */
  readonly leftProductionAtMs: number | null;
  /** When its files are to be removed; null: it is not marked. */
  readonly purgeDueAtMs: number | null;
  /** How many versions of the model are newer; not counted further than was asked. */
  readonly newer: number;
}

/** A stay in production that has lasted too long. */
interface Review extends VersionKey {
  readonly enteredAtMs: number;
}

export interface RetentionReader {
  /** What time the database says it is; null: it has no clock of its own, or no better one. */
  databaseNowMs(): Promise<number | null>;
  /**
   * Living versions of models (not prompts), by model id and version; `next` is where the page after it begins, null:
   * there is none. A page may be shorter than `limit`, also empty, before the last one.
   */
  scan(page: {
    readonly after: VersionKey | null;
    readonly limit: number;
    readonly countNewer: number;
  }): Promise<{
    readonly versions: readonly RetainedVersion[];
    readonly next: VersionKey | null;
  }>;
  /** Those of them that are living. One statement. */
  findRetained(keys: readonly VersionKey[], countNewer: number): Promise<readonly RetainedVersion[]>;
  /** Whether somebody was told that the present stay of the version in production has lasted too long. */
  isDueForReview(key: VersionKey): Promise<boolean>;
  /** Tags of versions, those with the given keys; one statement. */
  listTags(
    versions: readonly { readonly modelName: string; readonly version: number }[],
    keys: readonly string[],
  ): Promise<
    readonly {
      readonly modelName: string;
      readonly version: number;
      readonly key: string;
      readonly value: string;
    }[]
  >;
}

export interface RetentionWriter extends RetentionReader {
  /** False: it was noted before. */
  noteReview(review: Review, nowMs: number): Promise<boolean>;
}
