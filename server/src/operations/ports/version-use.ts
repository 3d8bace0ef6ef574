export interface VersionUseReader {
  /** When a file of the version was fetched last, as far as it was noticed; null: never. */
  find(modelId: string, version: number): Promise<number | null>;
}

export interface VersionUseWriter extends VersionUseReader {
  /** Paths of files and when each was fetched last: of every version whose files are frozen there; never earlier than known. */
  note(uses: ReadonlyMap<string, number>): Promise<void>;
}
