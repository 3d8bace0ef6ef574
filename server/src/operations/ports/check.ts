/** What somebody reported of a version from outside. */
export interface ReportedCheck {
  readonly name: string;
  /** Subject id. */
  readonly reporter: string;
  /** Of the files that it is about; null: they were not sealed. */
  readonly digest: string | null;
  readonly conclusion: 'success' | 'failure' | 'neutral' | 'pending';
  readonly detailsUrl: string | null;
  readonly summary: string | null;
  readonly facts: object;
  readonly atMs: number;
}

export interface CheckReader {
  /** By name and reporter. */
  list(modelId: string, version: number): Promise<ReportedCheck[]>;
}

export interface CheckWriter extends CheckReader {
  /** Replaces what the reporter said of it before. */
  put(modelId: string, version: number, check: ReportedCheck): Promise<void>;
}
