import type { Int64 } from './int64.ts';
import type { SemanticVersion } from './semantic-version.ts';

/** Facts that are set once (v1-api section 2). */
export interface Facts {
  readonly modelType: string | null;
  readonly dataVersion: string | null;
  readonly codeVersion: string | null;
  readonly parent: Parent | null;
}

/** What a version was derived from: another version here, or something that we do not hold. */
export type Parent =
  | { readonly kind: 'model_version'; readonly name: string; readonly version: number }
  | { readonly kind: 'external'; readonly name: string };

export const NO_FACTS: Facts = { modelType: null, dataVersion: null, codeVersion: null, parent: null };

export type FactName = 'model_type' | 'data_version' | 'code_version' | 'parent_model';

/**
 * How far a version's files are fixed: `open` no files yet, `pending` frozen but not all hashed, `sealed`
 * with its digest, `impossible` files that we may not read.
 */
export type Seal = 'open' | 'pending' | 'sealed' | 'impossible';

/** What we know of a version beyond MLflow's row. */
export interface VersionRecord {
  readonly modelId: string;
  readonly version: number;
  readonly createdAtMs: Int64;
  /** Subject id; `unknown` when MLflow made the version while we were away. */
  readonly createdBy: string;
  readonly origin: 'v1' | 'mlflow' | 'adopted';
  readonly semanticVersion: SemanticVersion | null;
  readonly deprecated: boolean;
  readonly seal: Seal;
  /** `sha256:` and 64 hex digits when sealed, else null. */
  readonly digest: string | null;
  readonly sizeBytes: Int64 | null;
  readonly facts: Facts;
  /** Which facts nobody gave: they were inferred from MLflow's data. */
  readonly inferredFacts: readonly FactName[];
  readonly deletedAtMs: Int64 | null;
}

/** Our identity of a registered model; stays through renames. */
export interface ModelIdentity {
  readonly modelId: string;
  readonly name: string;
  /** Greatest version number that has a record; greater ones in MLflow's table came from outside. */
  readonly adoptedThrough: number;
  readonly mlflowCreatedAtMs: Int64 | null;
}
