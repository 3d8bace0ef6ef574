/** What somebody can be an author of: whoever made a part of a version is one of its authors. */
export type Work =
  | { readonly kind: 'run'; readonly runId: string }
  | { readonly kind: 'logged_model'; readonly modelId: string }
  /** A file that went past the server to the store, below the artifact root. */
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'version'; readonly modelId: string; readonly version: number };

/** One text for each work; files below a folder lie together. */
export function workKey(work: Work): string {
  switch (work.kind) {
    case 'run':
      return `run:${work.runId}`;
    case 'logged_model':
      return `logged_model:${work.modelId}`;
    case 'file':
      return `file:${work.path}`;
    case 'version':
      return `version:${work.modelId}/${work.version}`;
  }
}
