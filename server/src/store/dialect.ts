import type { Expression, Kysely, RawBuilder, SqlBool } from 'kysely';
import type { PoolState, StatementKind } from '../operations/ports/telemetry.ts';
import type { Tables } from './schema/tables.ts';

/** A handle for statements; inside a unit of work it is bound to its transaction. */
export type Db = Kysely<Tables>;

/** A place of a row of `Dialect.jsonTable`. Integers beyond 2^53 stand in the JSON as texts. */
export type JsonColumn = readonly [name: string, type: 'text' | 'double' | 'bigint' | 'boolean'];

/**
 * What differs between the two engines, and nothing else. Everything that is not here is written once,
 * in the portable subset of SQL.
 */
export interface Dialect {
  readonly engine: 'sqlite' | 'postgres';
  /** Rows cost no trip and keep integers exact: many of them come as they are, without a detour through JSON. */
  readonly isInProcess?: true;
  /** LIKE that minds case (SQLite needs a pragma for it). */
  like(text: Expression<string | null>, pattern: string): RawBuilder<SqlBool>;
  /** LIKE that does not mind case. */
  ilike(text: Expression<string | null>, pattern: string): RawBuilder<SqlBool>;
  /** Text ordered by its bytes, whatever the collation of the database. */
  bytewise(text: Expression<string | null>): RawBuilder<string>;
  /** The rows of a subquery as one JSON text; `parseJsonRows` reads it. */
  jsonRows(subquery: Expression<unknown>, columns: readonly string[]): RawBuilder<string>;
  /** The same with each row as a list of its columns: half the size, for rows by the thousand. */
  jsonLists(subquery: Expression<unknown>, columns: readonly string[]): RawBuilder<string>;
  /**
   * A JSON text that is a list of lists as a table: one row an inner list, its places named and typed by
   * `columns`. So that many rows are one parameter and the statement's text stays the same.
   */
  jsonTable(json: Expression<unknown>, columns: readonly JsonColumn[]): RawBuilder<unknown>;
  /**
   * A value of such a column. Only where a statement costs no trip: there rows are inserted one by one, which is
   * cheaper than taking `jsonTable` apart.
   */
  cell?(value: Expression<unknown>, type: JsonColumn[1]): RawBuilder<unknown>;
  /** Text as MLflow's columns compare it, so that its indexes serve a join with text of ours. */
  inMlflowCollation(text: Expression<string>): RawBuilder<string>;
  /** What time it is, in milliseconds; null: the program and the database run on one machine. */
  readonly nowMs: RawBuilder<number> | null;
  /** Clause that locks the selected rows until the unit of work ends; empty where one writer is the rule. */
  readonly forUpdate: RawBuilder<unknown>;
  /**
   * Holds off others that ask for the same key exclusively (or, `exclusive`, in any way) until the unit of
   * work ends. One writer at a time needs none of it.
   */
  lockKey(db: Db, key: string, exclusive: boolean): Promise<void>;
  /** Whether the failure means: run the same unit of work again. */
  isRetryable(error: unknown): boolean;
  /** Whether the failure is a violated primary key or unique constraint. */
  isUniqueViolation(error: unknown): boolean;
  /** Whether the failure is a value that does not fit its column. */
  isTooLong(error: unknown): boolean;
  /** Whether the database could not be reached, did not let us in or did not answer in time. */
  isUnavailable(error: unknown): boolean;
  /** Whether the database has no room left on its disk. */
  isFull(error: unknown): boolean;
}

/**
 * The commit was sent, and the connection broke before the answer: the change is made, or it is not. Its cause is
 * the driver's error.
 */
export class OutcomeUnknown extends Error {
  constructor(cause: unknown) {
    super('the answer to a commit was lost', { cause });
  }
}

/** Told how long each statement took, also one that failed. */
export type OnStatement = (kind: StatementKind, seconds: number) => void;

const CHANGE = /^\s*(?:insert|update|delete)\b/i;

/** Whether a statement reads or writes, for `OnStatement`. */
export function kindOf(text: string): 'read' | 'write' {
  return CHANGE.test(text) ? 'write' : 'read';
}

/** An open database. `transaction` runs one callback at a time per connection and commits or rolls back. */
export interface Engine {
  readonly dialect: Dialect;
  /** For reads outside a transaction. */
  readonly db: Db;
  /** See `Store.changeMark`; an engine without it cannot tell cheaply. */
  changeMark?(): number | null;
  transaction<T>(fn: (db: Db) => Promise<T>): Promise<T>;
  /** See `Store.pools`. */
  pools(): readonly PoolState[];
  close(): Promise<void>;
}
