/** An entry of a folder by the path that the client asked for it. */
export interface RenderedEntry {
  readonly path: string;
  readonly isDirectory: boolean;
  readonly sizeBytes: number;
}

/** MLflow's messages `FileInfo`. MLflow: folders and empty files have no size; an empty list is not sent. */
export function renderFiles(entries: readonly RenderedEntry[]) {
  if (entries.length === 0) return undefined;
  return entries.map(({ path, isDirectory, sizeBytes }) => ({
    path,
    is_dir: isDirectory,
    file_size: isDirectory || sizeBytes === 0 ? undefined : sizeBytes,
  }));
}
