import type { ArtifactPath } from '../../domain/artifact-path.ts';

/** An upload in parts that a client sends to the artifact store itself. */
export interface ClientUpload {
  /** The artifact store's. */
  readonly uploadId: string;
  readonly path: ArtifactPath;
  /** Who began it. */
  readonly subjectId: string;
}

export interface ClientUploadReader {
  /** The oldest of those that were begun before an instant. */
  listBefore(instantMs: number, limit: number): Promise<ClientUpload[]>;
}

export interface ClientUploadWriter extends ClientUploadReader {
  add(upload: ClientUpload & { nowMs: number }): Promise<void>;
  /** Forgets the upload; false when there is none such. Of two units of work at once one waits, and finds none. */
  take(upload: ClientUpload): Promise<boolean>;
}
