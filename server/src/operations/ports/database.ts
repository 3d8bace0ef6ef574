import type { AdoptionBacklog } from './adoption.ts';

/** What a database is before anybody opened it for work. */
interface DatabaseIdentity {
  /** Its URI, without the password. */
  readonly database: string;
  readonly engine: 'sqlite' | 'postgres';
  /** The engine's own version; null when there is no database yet. */
  readonly engineVersion: string | null;
  readonly state: 'absent' | 'empty' | 'mlflow' | 'unsupported';
  /** MLflow's Alembic revision, and the MLflow release that it belongs to when that is known. */
  readonly revision: string | null;
  readonly release: string | null;
}

/** Whether the registry could serve a database, and what its first start would do. */
export interface DatabaseCheck extends DatabaseIdentity {
  readonly usable: boolean;
  /** Why not, and what to do, in one sentence; null when it is usable. */
  readonly reason: string | null;
  readonly warnings: readonly string[];
  /** What is missing or different in MLflow's tables, one phrase each. */
  readonly misfits: readonly string[];
  readonly toCreate: {
    readonly mlflowTables: boolean;
    readonly defaultExperiment: boolean;
    /** Our migrations, such as `1 registry`. */
    readonly migrations: readonly string[];
    /** Indexes of ours on MLflow's tables. */
    readonly indexes: readonly string[];
  };
  /** What MLflow wrote that waits for adoption; null when there is nothing to count in. */
  readonly waiting: AdoptionBacklog | null;
}

export interface TableSize {
  readonly name: string;
  readonly rows: number;
  /** With its indexes; null where the engine does not say it at once. */
  readonly sizeBytes: number | null;
}

export interface DatabaseInfo extends DatabaseIdentity {
  /** The newest of our migrations that it has seen. */
  readonly migration: { readonly number: number; readonly name: string } | null;
  readonly sizeBytes: number | null;
  /** The tables that the registry works with, MLflow's first. */
  readonly tables: readonly TableSize[];
}

/** Looks at a database without writing, also beside a running server. */
export interface DatabaseInspector {
  check(): Promise<DatabaseCheck>;
  /** Counts rows: may take seconds on a large database. */
  info(): Promise<DatabaseInfo>;
  close(): Promise<void>;
}
