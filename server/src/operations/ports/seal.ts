import type { ArtifactPath } from '../../domain/artifact-path.ts';
import type { ManifestFile } from '../../domain/manifest.ts';

/** A file that came through us. `fingerprint` is the artifact store's, see `StagedFile`. */
interface ArtifactRecord {
  /** Logical path below the artifact root. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly fingerprint: string;
}

/** Which version froze a path, and where its tree begins. */
interface Freeze {
  readonly modelName: string;
  readonly version: number;
  readonly path: string;
}

/** A version whose files still have to be hashed. */
export interface PendingSeal {
  readonly modelId: string;
  readonly modelName: string;
  readonly version: number;
  /** Root of its frozen files; null when they are not frozen yet (the version was adopted). */
  readonly path: string | null;
}

export interface SealReader {
  /** A freeze at, below or above the path, or null. */
  findFreeze(path: ArtifactPath): Promise<Freeze | null>;
  findArtifact(path: ArtifactPath): Promise<ArtifactRecord | null>;
  /** The records at or below the path, by path. */
  listArtifacts(path: ArtifactPath): Promise<ArtifactRecord[]>;
  /** Where the frozen files of a version begin, or null when nothing of it is frozen. */
  findRoot(modelId: string, version: number): Promise<string | null>;
  /** A file of the manifest by its path there. */
  findManifestFile(modelId: string, version: number, path: string): Promise<ManifestFile | null>;
  /** The manifest's files by path bytes. */
  listManifest(modelId: string, version: number): Promise<ManifestFile[]>;
  listPending(limit: number): Promise<PendingSeal[]>;
}

export interface SealWriter extends SealReader {
  /**
   * Uploads of one tree (its first two segments) may go on side by side; a freeze waits for them and holds
   * off new ones, until its unit of work ends. A path of one segment is held exclusively for either purpose.
   */
  lockTree(path: ArtifactPath, purpose: 'upload' | 'freeze'): Promise<void>;
  /** Inserts or replaces. */
  recordArtifact(record: ArtifactRecord & { nowMs: number; uploadedBy: string }): Promise<void>;
  /** Forgets the records at and below the path. */
  removeArtifacts(path: ArtifactPath): Promise<void>;
  /** Forgets the records at these very paths. */
  removeArtifactsAt(paths: readonly ArtifactPath[]): Promise<void>;
  freeze(path: ArtifactPath, modelId: string, version: number): Promise<void>;
  putManifest(modelId: string, version: number, files: readonly ManifestFile[]): Promise<void>;
}
