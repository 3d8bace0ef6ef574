import type { SemanticVersion } from '../../domain/semantic-version.ts';
import type { Signature } from '../../domain/signature.ts';

/** What versions take and give, of their sealed files. */
export interface SignatureReader {
  /** By version; those are absent whose files do not say, or are not sealed. */
  list(modelId: string, versions: readonly number[]): Promise<ReadonlyMap<number, Signature>>;
  /** Of the version with the semantic version. */
  findOfLabel(modelId: string, label: SemanticVersion): Promise<Signature | null>;
}

export interface SignatureWriter extends SignatureReader {
  /** One that stands already is left. */
  put(modelId: string, version: number, signature: Signature): Promise<void>;
}
