import type { AuditAction, AuditEvent } from '../../domain/audit-event.ts';
import type { HashedNode, TreeNode } from '../../domain/merkle-tree.ts';

/** An event as it is kept. */
export interface KeptEvent {
  /** Its place in the log, from 0 without gaps; null until it has one. */
  readonly seq: number | null;
  readonly event: AuditEvent;
}

/** An event's leaf; `leaf` is the text whose hash is in the tree. */
export interface KeptLeaf {
  readonly seq: number;
  readonly eventId: string;
  /** Null when the event is gone. */
  readonly leaf: string | null;
  /** What the search columns say; they repeat the leaf. */
  readonly columns: {
    readonly atMs: number;
    readonly action: string;
    readonly actorId: string | null;
    readonly modelName: string | null;
  } | null;
}

export interface KeptCheckpoint {
  readonly size: number;
  readonly atMs: number;
  /** The signed note. */
  readonly note: string;
}

/** What is looked for; null: whatever it is. `sinceMs <= time < untilMs`. */
export interface AuditQuery {
  readonly modelName: string | null;
  readonly actorId: string | null;
  readonly action: AuditAction | null;
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
}

/** Where a page of a search ended. */
export interface AuditPosition {
  readonly atMs: number;
  readonly eventId: string;
}

export interface AuditReader {
  /** The newest first, behind a position. */
  search(
    query: AuditQuery,
    page: { readonly before: AuditPosition | null; readonly limit: number },
  ): Promise<KeptEvent[]>;
  findLeaf(seq: number): Promise<KeptLeaf | null>;
  /** Leaves in their order, from a place on; damaged rows as they are. */
  listLeaves(from: number, limit: number): Promise<KeptLeaf[]>;
  /** How many events have a place. */
  size(): Promise<number>;
  /** Events without a place, in the order in which they came. */
  listWaiting(limit: number): Promise<{ readonly eventId: string; readonly leaf: string }[]>;
  /** Hashes of complete subtrees; those that are not there are absent. The key is `level/index`. */
  nodes(wanted: readonly TreeNode[]): Promise<ReadonlyMap<string, string>>;
  newestCheckpoint(): Promise<KeptCheckpoint | null>;
  /** In the order of their sizes. */
  listCheckpoints(fromSize: number, limit: number): Promise<KeptCheckpoint[]>;
}

export interface AuditWriter extends AuditReader {
  append(event: AuditEvent & { readonly atMs: number }): Promise<void>;
  /**
   * Gives places to waiting events and keeps the nodes that come of it.
   * @throws whatever the database says when another server gave one of the places in this moment.
   */
  place(
    placed: readonly { readonly seq: number; readonly eventId: string }[],
    nodes: readonly HashedNode[],
  ): Promise<void>;
  /** Holds off other servers that give places until the unit of work ends. */
  lockPlaces(): Promise<void>;
  keepCheckpoint(checkpoint: KeptCheckpoint): Promise<void>;
}
