import type { ArtifactPath } from '../../domain/artifact-path.ts';
import type { Seal } from '../../domain/version-record.ts';
import type { VersionKey } from './retention.ts';

/** `marked`: it still stands as it was. `sweeping`: it is deleted, and its files go. `purged`: they are gone. */
export type PurgeState = 'marked' | 'sweeping' | 'purged';

export interface Purge extends VersionKey {
  readonly state: PurgeState;
  readonly reason: string;
  /** Subject id. */
  readonly markedBy: string;
  readonly markedAtMs: number;
  /** Not before. */
  readonly dueAtMs: number;
  /** When the version was deleted. */
  readonly begunAtMs: number | null;
  readonly sweptAtMs: number | null;
  readonly freedBytes: number | null;
}

/** A tree that a version froze, at, above or below a path. */
interface NearbyTree extends VersionKey {
  /** Where it begins. */
  readonly path: string;
  readonly seal: Seal;
  /** Whether its files are gone, or go. */
  readonly isPurged: boolean;
}

export interface PurgeReader {
  find(key: VersionKey): Promise<Purge | null>;
  /** Of some versions of a model, by number. */
  listOf(modelId: string, versions: readonly number[]): Promise<ReadonlyMap<number, Purge>>;
  /** What to go on with: one that is being swept, else (`withMarked`) one that is due. */
  findNext(nowMs: number, withMarked: boolean): Promise<Purge | null>;
  /** Trees at, above or below a path. */
  listTreesAround(path: ArtifactPath): Promise<readonly NearbyTree[]>;
  /** The name and number of a version that is being swept at, above or below the path. */
  findSweepingAround(
    path: ArtifactPath,
  ): Promise<{ readonly modelName: string; readonly version: number } | null>;
}

export interface PurgeWriter extends PurgeReader {
  /** False: it is marked already. */
  mark(purge: Omit<Purge, 'state' | 'begunAtMs' | 'sweptAtMs' | 'freedBytes'>): Promise<boolean>;
  /** Takes the mark away. */
  cancel(key: VersionKey): Promise<void>;
  begin(key: VersionKey, nowMs: number): Promise<void>;
  end(key: VersionKey, swept: { readonly atMs: number; readonly freedBytes: number }): Promise<void>;
}
