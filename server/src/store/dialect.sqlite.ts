import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { type Expression, Kysely, type SqliteDatabase, SqliteDialect, sql } from 'kysely';
import { toInt64 } from '../domain/int64.ts';
import type { Db, Dialect, Engine } from './dialect.ts';
import type { Tables } from './schema/tables.ts';

const BUSY_TIMEOUT_MS = 20_000;
const CACHED_STATEMENTS = 500;

/** SQLite's primary result codes and extended ones that we tell apart. */
const BUSY = 5;
const CANTOPEN = 14;
const IOERR = 10;
const CONSTRAINT_PRIMARYKEY = 1555;
const CONSTRAINT_UNIQUE = 2067;

/**
 * Opens a SQLite file (or `:memory:`) with one connection that writes and one that only reads. A memory
 * database has a single connection for both, since a second one would see another database.
 */
export function openSqlite(path: string): Engine {
  const writer = connect(path, false);
  if (path !== ':memory:') writer.exec('PRAGMA journal_mode = WAL');
  writer.exec('PRAGMA synchronous = FULL');
  const writeDb = kysely(writer);
  const reader = path === ':memory:' ? writer : connect(path, true);
  const readDb = reader === writer ? writeDb : kysely(reader);
  const inTurn = queue();
  return {
    dialect: sqliteDialect,
    db: readDb,
    transaction: (fn) => inTurn(() => transact(writer, writeDb, fn)),
    async close() {
      await inTurn(async () => undefined);
      for (const connection of new Set([reader, writer])) if (connection.isOpen) connection.close();
    },
  };
}

function connect(path: string, readOnly: boolean): DatabaseSync {
  const connection = new DatabaseSync(path, { readOnly, timeout: BUSY_TIMEOUT_MS });
  connection.exec('PRAGMA foreign_keys = ON');
  // MLflow: LIKE minds case on both engines.
  connection.exec('PRAGMA case_sensitive_like = ON');
  return connection;
}

async function transact<T>(connection: DatabaseSync, db: Db, fn: (db: Db) => Promise<T>): Promise<T> {
  connection.exec('BEGIN IMMEDIATE');
  try {
    const result = await fn(db);
    connection.exec('COMMIT');
    return result;
  } catch (error) {
    if (connection.isTransaction) connection.exec('ROLLBACK');
    throw error;
  }
}

/** One after the other, in the order of asking; a failure does not stop the next. */
function queue(): <T>(fn: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (fn) => {
    const turn = last.then(fn, fn);
    last = turn.catch(() => undefined);
    return turn;
  };
}

function kysely(connection: DatabaseSync): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database: cachingDatabase(connection) }) });
}

type Prepared = ReturnType<SqliteDatabase['prepare']>;

/** Kysely's view of a connection: statements are prepared once and kept while they are in use. */
function cachingDatabase(connection: DatabaseSync): SqliteDatabase {
  const cache = new Map<string, Prepared>();
  return {
    close: () => connection.close(),
    prepare(text) {
      const known = cache.get(text);
      if (known !== undefined) return known;
      const prepared = wrap(connection.prepare(text));
      if (cache.size >= CACHED_STATEMENTS) {
        const oldest = cache.keys().next().value;
        if (oldest !== undefined) cache.delete(oldest);
      }
      cache.set(text, prepared);
      return prepared;
    },
  };
}

function wrap(statement: StatementSync): Prepared {
  // Integers beyond 2^53 must stay exact (timestamps are not range-checked); others become numbers again.
  statement.setReadBigInts(true);
  const reader = statement.columns().length > 0;
  return {
    reader,
    all: (parameters) => statement.all(...parameters.map(bind)).map(toRow),
    run: (parameters) => statement.run(...parameters.map(bind)),
    *iterate(parameters) {
      for (const row of statement.iterate(...parameters.map(bind))) yield toRow(row);
    },
  };
}

function bind(value: unknown): SQLInputValue {
  return typeof value === 'boolean' ? Number(value) : (value as SQLInputValue);
}

function toRow(row: Record<string, unknown>): Record<string, unknown> {
  for (const column in row) {
    const value = row[column];
    if (typeof value === 'bigint') row[column] = toInt64(value);
  }
  return row;
}

function errorNumber(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
}

const JSON_TYPES = { text: 'text', double: 'real', bigint: 'integer', boolean: 'integer' } as const;

const sqliteDialect: Dialect = {
  engine: 'sqlite',
  like: (text, pattern) => sql`${text} like ${pattern}`,
  ilike: (text, pattern) => sql`lower(${text}) like lower(${pattern})`,
  bytewise: (text) => sql`${text}`,
  jsonRows: (subquery, columns) => {
    const pairs = columns.map((column) => sql`${sql.lit(column)}, ${sql.ref(`agg.${column}`)}`);
    return sql`(select coalesce(json_group_array(json_object(${sql.join(pairs)})), '[]') from ${subquery as Expression<unknown>} as agg)`;
  },
  jsonLists: (subquery, columns) => {
    const cells = columns.map((column) => sql.ref(`agg.${column}`));
    return sql`(select coalesce(json_group_array(json_array(${sql.join(cells)})), '[]') from ${subquery} as agg)`;
  },
  jsonTable: (json, columns) => {
    const places = columns.map(
      ([name, type], index) =>
        sql`cast(j.value ->> ${sql.lit(index)} as ${sql.raw(JSON_TYPES[type])}) as ${sql.ref(name)}`,
    );
    return sql`(select ${sql.join(places)} from json_each(${json}) as j)`;
  },
  forUpdate: sql``,
  lockKey: async () => undefined,
  isRetryable: () => false,
  isUniqueViolation: (error) => [CONSTRAINT_PRIMARYKEY, CONSTRAINT_UNIQUE].includes(errorNumber(error)),
  isTooLong: () => false,
  isUnavailable: (error) => [BUSY, CANTOPEN, IOERR].includes(errorNumber(error) & 0xff),
};
