import type { Lift } from '../../domain/marking.ts';
import type { Taint } from '../../domain/taint.ts';

export interface TaintReader {
  find(taintId: string): Promise<Taint | null>;
  /** Those that stand on anything upstream of a node, oldest first; one statement. */
  listAbove(node: string): Promise<Taint[]>;
  /** Newest first; ids grow. */
  list(page: {
    readonly withLifted: boolean;
    readonly before: string | null;
    readonly limit: number;
  }): Promise<Taint[]>;
}

export interface TaintWriter extends TaintReader {
  insert(taint: Taint): Promise<void>;
  /** False: somebody else lifted it before. */
  lift(taintId: string, lifted: Lift): Promise<boolean>;
}
