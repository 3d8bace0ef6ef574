import { invalidArgument } from './errors.ts';
import type { Int64 } from './int64.ts';
import type { MlflowStage } from './stage.ts';
import type { Tag } from './tag.ts';

/** A version as MLflow's tables hold it. Times in ms since the epoch. */
export interface ModelVersion {
  readonly name: string;
  readonly version: number;
  readonly createdAtMs: Int64 | null;
  readonly updatedAtMs: Int64 | null;
  readonly description: string | null;
  readonly userId: string | null;
  readonly stage: MlflowStage;
  readonly source: string | null;
  readonly runId: string | null;
  readonly status: string | null;
  readonly statusMessage: string | null;
  readonly runLink: string | null;
  /** Where the files are; null in old rows, where `source` says it. */
  readonly storageLocation: string | null;
  readonly tags: readonly Tag[];
  /** Empty where MLflow does not fill them in (searches, latest versions). */
  readonly aliases: readonly string[];
}

const GREATEST_VERSION = 2_147_483_647;
const CANONICAL_VERSION = /^[1-9][0-9]{0,9}$/;

/**
 * Parses a version number as MLflow's wire sends it, a decimal text. Only the canonical spelling is taken:
 * `01`, `+1`, ` 1` would be second names for one thing.
 * @throws `invalid_argument` with MLflow's sentence.
 */
export function parseVersionNumber(text: string): number {
  const version = CANONICAL_VERSION.test(text) ? Number(text) : Number.NaN;
  if (!(version <= GREATEST_VERSION))
    throw invalidArgument(`Parameter 'version' must be an integer, got '${text}'.`, 'version');
  return version;
}
