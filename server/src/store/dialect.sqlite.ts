import type { DatabaseSync } from 'node:sqlite';
import { type Expression, sql } from 'kysely';
import type { Dialect, Engine, OnStatement } from './dialect.ts';
import { groupCommit } from './group-commit.ts';
import { connectSqlite, STATEMENT_TIMEOUT_MS } from './sqlite-connection.ts';

/** SQLite's primary result codes and extended ones that we tell apart. */
const BUSY = 5;
const LOCKED = 6;
const CANTOPEN = 14;
const IOERR = 10;
const READONLY = 8;
const FULL = 13;
const CONSTRAINT_PRIMARYKEY = 1555;
const CONSTRAINT_UNIQUE = 2067;

const SWITCH_ATTEMPTS = 200;
const SWITCH_PAUSE_MS = 25;

/**
 * Opens a SQLite file (or `:memory:`) with one connection that writes and one that only reads. A memory
 * database has a single connection for both, since a second one would see another database.
 */
export function openSqlite(path: string, onStatement?: OnStatement): Engine {
  const writer = connectSqlite(path, false, onStatement);
  if (path !== ':memory:') switchToWal(writer.raw);
  writer.raw.exec('PRAGMA synchronous = FULL');
  const reader = path === ':memory:' ? writer : connectSqlite(path, true, onStatement);
  for (const { raw } of new Set([reader, writer])) raw.exec(`PRAGMA busy_timeout = ${STATEMENT_TIMEOUT_MS}`);
  const writes = groupCommit(writer.raw, onStatement);
  return {
    dialect: sqliteDialect,
    db: reader.db,
    changeMark: reader === writer ? () => null : changeMarkOf(reader.raw),
    transaction: (fn) => writes.run(() => fn(writer.db)),
    pools: () => [writes.state()],
    async close() {
      await writes.idle();
      for (const { raw } of new Set([reader, writer])) if (raw.isOpen) raw.close();
    },
  };
}

/** SQLite: of two programs that switch a file at once one is refused without a wait, busy timeout or not. */
function switchToWal(connection: DatabaseSync): void {
  for (let attempt = 1; ; attempt++)
    try {
      connection.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (errorNumber(error) !== BUSY || attempt === SWITCH_ATTEMPTS) throw error;
      // While opening nothing else runs here that this would hold up.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SWITCH_PAUSE_MS);
    }
}

/**
 * SQLite's own count of the commits of other connections, as this one sees them: our writer's, and those of any
 * other program on the file. So it is asked of a connection that writes nothing itself.
 */
function changeMarkOf(reader: DatabaseSync): () => number | null {
  const version = reader.prepare('PRAGMA data_version');
  return () => {
    try {
      return Number(version.get()?.['data_version'] ?? Number.NaN) || null;
    } catch {
      return null;
    }
  };
}

function errorNumber(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
}

const JSON_TYPES = { text: 'text', double: 'real', bigint: 'integer', boolean: 'integer' } as const;

export const sqliteDialect: Dialect = {
  engine: 'sqlite',
  isInProcess: true,
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
  cell: (value, type) => sql`cast(${value} as ${sql.raw(JSON_TYPES[type])})`,
  inMlflowCollation: (text) => sql`${text}`,
  nowMs: null,
  forUpdate: sql``,
  lockKey: async () => undefined,
  isRetryable: () => false,
  isUniqueViolation: (error) => [CONSTRAINT_PRIMARYKEY, CONSTRAINT_UNIQUE].includes(errorNumber(error)),
  isTooLong: () => false,
  isUnavailable: (error) => [BUSY, LOCKED, READONLY, CANTOPEN, IOERR].includes(errorNumber(error) & 0xff),
  isFull: (error) => (errorNumber(error) & 0xff) === FULL,
};
