import type { Backlog } from './backlog.ts';

/** Of one name and meaning: figures, told apart by the values of its labels. */
export interface Family {
  /** As Prometheus wants it: counters end with `_total`, units are part of the name. */
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  readonly samples: readonly Sample[];
}

/** The values of the family's labels, in their order, and what was measured. */
export interface Sample {
  readonly labels: readonly string[];
  readonly value: number | Distribution;
}

/** How often a value fell between which bounds: one count more than bounds, the last for all beyond. */
export interface Distribution {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly sum: number;
}

/** Connections that wait for work or have it, and work that waits for one of them. */
export interface PoolState {
  readonly pool: string;
  readonly limit: number;
  readonly used: number;
  readonly idle: number;
  readonly waiting: number;
}

/** What is looked at when somebody asks for the figures. `backlog` null: the database did not answer. */
export interface Looked {
  readonly nowMs: number;
  readonly backlog: Backlog | null;
  readonly pools: readonly PoolState[];
}

export type UnitKind = 'read' | 'write';
/** `refused`: by a rule of ours; `unavailable`: the database did not answer. */
export type UnitOutcome = 'ok' | 'refused' | 'unavailable' | 'failed';
export type StatementKind = 'read' | 'write' | 'commit';

/**
 * What this process measures of itself. Noting costs next to nothing; no label ever holds what a user chose, so that
 * the number of figures is bounded.
 */
export interface Telemetry {
  requestBegan(): void;
  /** `outcome`: the class of the status, such as `2xx`, or `aborted` when the client left before the end. */
  requestEnded(operation: string, outcome: string, seconds: number): void;
  unitEnded(kind: UnitKind, outcome: UnitOutcome, seconds: number): void;
  statementEnded(kind: StatementKind, seconds: number): void;
  /** Bytes of files that clients sent (`in`) or were sent (`out`) through this server. */
  transferred(direction: 'in' | 'out', bytes: number): void;
  jobBegan(job: string): void;
  jobEnded(
    job: string,
    turn: { readonly isOk: boolean; readonly seconds: number; readonly nowMs: number },
  ): void;
  /** How late the program came to what it wanted to do. */
  loopDelayed(seconds: number): void;
  /** All figures, with what was looked at just now. */
  families(looked: Looked): Promise<readonly Family[]>;
}
