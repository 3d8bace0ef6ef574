import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { type QueryResult, SqliteDialect } from 'kysely';
import { toInt64 } from '../domain/int64.ts';
import { type Db, kindOf, type OnStatement } from './dialect.ts';
import { directKysely, type RowsQuery } from './direct-executor.ts';

/** While opening; the program stands still meanwhile, as it does below. */
const OPEN_TIMEOUT_MS = 20_000;
/** Of a statement. In WAL mode readers wait for nobody but a program that keeps the file to itself. */
export const STATEMENT_TIMEOUT_MS = 100;
const CACHED_STATEMENTS = 500;
const NO_ROWS: QueryResult<unknown>['rows'] = [];

export interface SqliteConnection {
  readonly raw: DatabaseSync;
  /** Statements run at once and in the order of the calls. */
  readonly db: Db;
}

/** Opens a SQLite file or `:memory:`. */
export function connectSqlite(
  path: string | URL,
  readOnly: boolean,
  onStatement?: OnStatement,
): SqliteConnection {
  const raw = new DatabaseSync(path, { readOnly, timeout: OPEN_TIMEOUT_MS });
  raw.exec('PRAGMA foreign_keys = ON');
  // MLflow: LIKE minds case on both engines.
  raw.exec('PRAGMA case_sensitive_like = ON');
  const statementOf = statementCache(raw, onStatement);
  // Only the compiler is Kysely's; it asks for a database, but never uses it.
  const dialect = new SqliteDialect({ database: async () => Promise.reject(new Error('not used')) });
  const db = directKysely(dialect, async (query: RowsQuery) => {
    const run = statementOf(query.sql);
    if (query.parameterRows === undefined) return run(query.parameters);
    for (const parameters of query.parameterRows) run(parameters);
    return { rows: NO_ROWS };
  });
  return { raw, db };
}

type RunStatement = (parameters: readonly unknown[]) => QueryResult<unknown>;

/** Statements are prepared once and kept while they are in use. */
function statementCache(
  connection: DatabaseSync,
  onStatement: OnStatement | undefined,
): (text: string) => RunStatement {
  const cache = new Map<string, RunStatement>();
  return (text) => {
    const known = cache.get(text);
    if (known !== undefined) return known;
    const plain = prepare(connection, text);
    const prepared = onStatement === undefined ? plain : timed(plain, kindOf(text), onStatement);
    if (cache.size >= CACHED_STATEMENTS) {
      const oldest = cache.keys().next().value;
      if (oldest !== undefined) cache.delete(oldest);
    }
    cache.set(text, prepared);
    return prepared;
  };
}

function timed(run: RunStatement, kind: 'read' | 'write', onStatement: OnStatement): RunStatement {
  return (parameters) => {
    const startedAtMs = performance.now();
    try {
      return run(parameters);
    } finally {
      onStatement(kind, (performance.now() - startedAtMs) / 1_000);
    }
  };
}

function prepare(connection: DatabaseSync, text: string): RunStatement {
  const statement = connection.prepare(text);
  if (statement.columns().length === 0)
    return (parameters) => {
      const { changes } = statement.run(...bound(parameters));
      return { rows: NO_ROWS, numAffectedRows: BigInt(changes) };
    };
  // Integers beyond 2^53 must stay exact (timestamps are not range-checked). They are rare: a read is repeated
  // with bigints when it meets one; a write that returns rows cannot be, and always has them.
  if (!/^\s*select\b/i.test(text)) return exactRows(statement);
  statement.setReturnArrays(true);
  let names = namesOf(statement);
  let exact: RunStatement | undefined;
  return (parameters) => {
    const values = bound(parameters);
    try {
      const lists = statement.all(...values) as unknown as readonly (readonly unknown[])[];
      // A text is prepared again by itself when the tables have changed.
      if (lists[0] !== undefined && lists[0].length !== names.length) names = namesOf(statement);
      return { rows: lists.map((list) => fromList(names, list)) };
    } catch (error) {
      if (!isOutOfRange(error)) throw error;
      exact ??= exactRows(connection.prepare(text));
      return exact(values);
    }
  };
}

function namesOf(statement: StatementSync): readonly string[] {
  return statement.columns().map(({ name }) => name);
}

/** SQLite's own rows are dictionaries, slow to make and slow to read. */
function fromList(names: readonly string[], list: readonly unknown[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (let i = 0; i < names.length; i += 1) row[names[i] ?? ''] = list[i];
  return row;
}

function exactRows(statement: StatementSync): RunStatement {
  statement.setReadBigInts(true);
  return (parameters) => ({ rows: statement.all(...bound(parameters)).map(toRow) });
}

function bound(parameters: readonly unknown[]): readonly SQLInputValue[] {
  for (let i = 0; i < parameters.length; i += 1)
    if (typeof parameters[i] === 'boolean')
      return parameters.map((value) =>
        typeof value === 'boolean' ? Number(value) : (value as SQLInputValue),
      );
  return parameters as readonly SQLInputValue[];
}

function toRow(row: Record<string, unknown>): Record<string, unknown> {
  for (const column in row) {
    const value = row[column];
    if (typeof value === 'bigint') row[column] = toInt64(value);
  }
  return row;
}

function isOutOfRange(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_OUT_OF_RANGE';
}
