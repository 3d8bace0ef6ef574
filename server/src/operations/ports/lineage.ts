import type { EdgeKind } from '../../domain/lineage.ts';
import type { KeptEdge } from '../../domain/lineage-edge.ts';

/** A walk along the edges, away from a node. */
interface LineageWalk {
  readonly start: string;
  readonly direction: 'upstream' | 'downstream';
  /** So many steps at most. */
  readonly depth: number;
  /** Null: every kind. */
  readonly kinds: readonly EdgeKind[] | null;
  /** Only what was known then; null: now. */
  readonly asOfMs: number | null;
  /** So many edges at most. */
  readonly limit: number;
}

/** A version whose lineage is not kept yet, with what it takes to keep it. */
export interface UntracedVersion {
  readonly modelId: string;
  readonly modelName: string;
  readonly version: number;
}

export interface LineageReader {
  /** Nearest first; an edge may come more than once. One statement, which ends in circles, too. */
  walk(walk: LineageWalk): Promise<KeptEdge[]>;
  /** Ids of all versions that are downstream of the node, in bytewise order; one statement. */
  listVersionsBelow(node: string, limit: number): Promise<string[]>;
  /** The oldest of them. */
  listUntraced(limit: number): Promise<UntracedVersion[]>;
}

export interface LineageWriter extends LineageReader {
  /** What is known already stays as it was first said. @returns how many were new. */
  add(edges: readonly KeptEdge[]): Promise<number>;
  /** The same, for who need not know how many: nobody waits for it. */
  keep(edges: readonly KeptEdge[]): Promise<void>;
  /** What MLflow's tables say of a run: its data, models, commit and parent run. */
  addOfRun(runId: string, said: { readonly by: string; readonly atMs: number }): Promise<void>;
  /** False: this very event was told before. */
  noteRunEvent(sha256: string, nowMs: number): Promise<boolean>;
  /** The version's lineage is kept. */
  setTraced(modelId: string, version: number): Promise<void>;
}
