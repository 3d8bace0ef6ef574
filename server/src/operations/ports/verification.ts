/** What reading a sealed version's files found the last time. */
export interface Verification {
  readonly verifiedAtMs: number;
  /** Path in the manifest of the first file that is not what was sealed, or is gone; null: all are. */
  readonly damage: string | null;
}

interface VerifiedVersion {
  readonly modelId: string;
  readonly version: number;
}

export interface VerificationReader {
  /** Null: the version is not sealed. */
  find(modelId: string, version: number): Promise<Verification | null>;
  /**
   * The living version that was verified longest ago, before `verifiedBefore`, unless somebody began that since
   * `begunBefore`.
   */
  findDue(limits: {
    readonly verifiedBefore: number;
    readonly begunBefore: number;
  }): Promise<(VerifiedVersion & { readonly modelName: string }) | null>;
}

export interface VerificationWriter extends VerificationReader {
  put(version: VerifiedVersion, verification: Verification): Promise<void>;
  /** Says that the reading begins; false: somebody else began it since `begunBefore`. */
  begin(
    version: VerifiedVersion,
    at: { readonly nowMs: number; readonly begunBefore: number },
  ): Promise<boolean>;
}
