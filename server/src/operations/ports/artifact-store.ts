import type { ArtifactPath } from '../../domain/artifact-path.ts';

/** What is known of a stored file. `sha256` is 64 lower-case hex digits. */
export interface StoredFile {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** An entry of a folder; `name` is the last segment only. */
export interface ArtifactEntry {
  readonly name: string;
  readonly isDirectory: boolean;
  /** 0 for folders. */
  readonly sizeBytes: number;
}

/** Both ends inclusive, in bytes, already checked against the file's size. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** A file opened for reading. The stream owns the descriptor; `close` is for callers that do not read it. */
export interface OpenedFile {
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  /** As `walk` says it. */
  readonly fingerprint: string;
  /** Streams the file, or the range of it, as it was when it was opened. Call once. */
  stream(range?: ByteRange): NodeJS.ReadableStream;
  close(): Promise<void>;
}

/** A complete upload that nobody sees yet: either publish it or discard it. */
export interface StagedFile extends StoredFile {
  /** What `walk` will say of the file once it is published, as far as the store lets itself be foreseen. */
  readonly fingerprint: string;
  /**
   * Makes it visible under its path, replacing a file of that name; durable when it returns what `walk` says of
   * the file now. Calling it again changes nothing, so it may stand in a unit of work that runs twice.
   */
  publish(): Promise<string>;
  /** Leaves nothing of it; after `publish` it changes nothing. */
  discard(): Promise<void>;
}

/** A file found by walking; `relativePath` is '' when the walk began at the file itself. */
export interface WalkedFile {
  readonly relativePath: string;
  readonly path: ArtifactPath;
  readonly sizeBytes: number;
  /**
   * Changes whenever someone writes the file behind our back (size and modification time on a disk, the
   * ETag in a bucket): equal fingerprints mean that a recorded hash still holds.
   */
  readonly fingerprint: string;
}

/** An address at the store itself, to be used once with these headers; it carries its own signature. */
export interface PresignedRequest {
  readonly url: string;
  readonly headers: ReadonlyMap<string, string>;
}

/** A part that a client has sent; `etag` as the store answered it. Numbers count from 1. */
export interface SentPart {
  readonly partNumber: number;
  readonly etag: string;
}

/**
 * Ways for clients to send and fetch bytes without passing through this server. What arrives so has no hash until a
 * job has read it.
 */
export interface DirectTransfer {
  /** Fetches one file, whole or in ranges. @throws `artifact_not_found`. */
  presignDownload(path: ArtifactPath, ttlSeconds: number): Promise<PresignedRequest & { sizeBytes: number }>;
  /**
   * Puts one new file. The signature holds a condition that nothing lies there yet, so that no address given
   * out earlier can change a file that was sealed since. @throws `artifact_path_conflict` when something does.
   */
  presignUpload(path: ArtifactPath, ttlSeconds: number): Promise<PresignedRequest>;
  /** Begins an upload in parts, which nobody sees before it is completed. */
  createMultipart(
    path: ArtifactPath,
    partCount: number,
  ): Promise<{ uploadId: string; parts: (PresignedRequest & { partNumber: number })[] }>;
  /** Makes the file visible, replacing one of that name. @throws `invalid_argument` (parts that do not fit). */
  completeMultipart(path: ArtifactPath, uploadId: string, parts: readonly SentPart[]): Promise<void>;
  /** Leaves nothing of it; an upload that is not there is fine. */
  abortMultipart(path: ArtifactPath, uploadId: string): Promise<void>;
}

/**
 * Files by logical path under the artifact root. Never holds a whole file in memory. Kept by
 * `test/suites/artifact-store.suite.ts`. Names that are no `ArtifactPath` (made by other programs), links and
 * devices are not part of it: not opened, not listed.
 *
 * Errors: `artifact_not_found`, `artifact_is_directory`, `artifact_path_conflict` (a file where a folder is
 * wanted or the other way round), `invalid_argument` (a name that the store keeps for itself or cannot hold),
 * `unavailable` (the store does not answer), `storage_full`.
 */
export interface ArtifactStore {
  /** Null when all bytes must pass through this server, as on a disk. */
  readonly direct: DirectTransfer | null;
  /**
   * The logical path of a URI: of `mlflow-artifacts:/…`, and of one that lies below the root in the store's own
   * spelling (`s3://bucket/prefix/…`, `file:///…`, a plain path). Null when it does not. Purely lexical.
   */
  locate(uri: string): ArtifactPath | null;
  /**
   * Streams the body to a temporary place in the same store, hashing it on the way. A body that throws leaves
   * nothing, and its error passes through. Its chunks must not be reused.
   */
  stage(path: ArtifactPath, body: AsyncIterable<Uint8Array>): Promise<StagedFile>;
  open(path: ArtifactPath): Promise<OpenedFile>;
  /** Whether the path is a file or a folder, or null when it is absent. */
  stat(path: ArtifactPath): Promise<ArtifactEntry | null>;
  /** The direct children sorted by name in UTF-8 byte order; empty when absent or a file. An empty path is the root. */
  list(path: ArtifactPath | null): Promise<ArtifactEntry[]>;
  /**
   * Every file below the path, or the path itself when it is a file; nothing when it is absent. Throws
   * `resource_conflict` on an entry that it cannot serve, for leaving it out would be a lie.
   */
  walk(path: ArtifactPath): AsyncIterable<WalkedFile>;
  /** Removes a file or a whole folder, for readers at once; absent is fine. Never the root, never through a link. */
  remove(path: ArtifactPath): Promise<void>;
  /**
   * Removes files and no folders, absent is fine; then the folders of theirs, at and below `root`, that are empty. Never
   * through a link. @throws `unavailable`; then a part may be left, and again is fine.
   */
  removeFiles(root: ArtifactPath, paths: readonly ArtifactPath[]): Promise<void>;
  /** Removes what another server, known to be gone, left half done. */
  sweepServer(serverId: string): Promise<void>;
  /** Rejects with `unavailable` when the root cannot be listed. */
  ping(): Promise<void>;
}
