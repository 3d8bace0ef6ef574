import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import pg from 'pg';
import { toInt64 } from '../domain/int64.ts';
import type { PoolState } from '../operations/ports/telemetry.ts';
import type { Dialect, Engine, OnStatement } from './dialect.ts';
import { lookupLanes } from './postgres-lane.ts';
import { leanSender, timedSender } from './postgres-query.ts';
import { pooledDb, postgresTransactions } from './postgres-session.ts';

/** Connections in all: those that units of work and searches have to themselves, and those that look-ups share. */
const POOL_SIZE = 13;
const LOOKUP_LANES = 3;
/** How long is waited for the database, at most. */
export interface PostgresPatience {
  /** For a connection: one that is made, or one of the pool that is free. */
  readonly connectMs: number;
  /** For the answer to a statement; null: as long as it takes. */
  readonly statementMs: number | null;
}

/** For requests. */
export const PATIENCE: PostgresPatience = { connectMs: 5_000, statementMs: 15_000 };
/** A database that lives ends a statement by itself a little before we stop waiting for it. */
const STATEMENT_GRACE_MS = 1_000;
/** The locks of a server that vanished in a transaction; publishing a large file takes a part of it. */
const IDLE_IN_TRANSACTION_MS = 300_000;
const NAMED_STATEMENTS = 500;
const INT8 = 20;

/** Opens a pool on a `postgresql://` URL. No connection is made before the first statement. */
export function openPostgres(
  url: string,
  { connectMs, statementMs }: PostgresPatience = PATIENCE,
  onStatement?: OnStatement,
): Engine {
  const poolOf = (max: number) => {
    const pool = new pg.Pool({
      connectionString: url,
      max,
      connectionTimeoutMillis: connectMs,
      keepAlive: true,
      ...(statementMs === null ? {} : boundsOf(statementMs)),
      pipeline: true,
    });
    // An idle connection that the server cuts is replaced by the next statement; unheard, it would end the process.
    pool.on('error', () => undefined);
    return pool;
  };
  const pool = poolOf(POOL_SIZE);
  const sender = leanSender(statementNames(), parserOf);
  const send = onStatement === undefined ? sender : timedSender(sender, onStatement);
  const lookups = poolOf(LOOKUP_LANES);
  const lanes = lookupLanes(lookups, LOOKUP_LANES, send);
  return {
    dialect: postgresDialect,
    db: pooledDb(pool, send, lanes),
    transaction: postgresTransactions(pool, send),
    pools: () => [stateOf('units', pool, POOL_SIZE), stateOf('lookups', lookups, LOOKUP_LANES)],
    close: async () => {
      await Promise.all([pool.end(), lanes.close()]);
    },
  };
}

function stateOf(name: string, { totalCount, idleCount, waitingCount }: pg.Pool, limit: number): PoolState {
  return { pool: name, limit, used: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
}

/** Bounds on both sides: one for a database that is slow, one for a database that is frozen or out of reach. */
function boundsOf(statementMs: number): pg.PoolConfig {
  return {
    query_timeout: statementMs + STATEMENT_GRACE_MS,
    // Said in a statement, because poolers refuse it among the parameters of a connection.
    onConnect: async (client) => {
      await client.query(
        `SELECT set_config('statement_timeout', '${statementMs}', false),
                set_config('idle_in_transaction_session_timeout', '${IDLE_IN_TRANSACTION_MS}', false)`,
      );
    },
  };
}

/** As `pg` reads types, but int8 as an exact number or bigint instead of text. */
function parserOf(oid: number): (text: string) => unknown {
  return oid === INT8 ? parseInt8 : pg.types.getTypeParser(oid, 'text');
}

function parseInt8(text: string): number | bigint {
  return text.length < 16 ? Number(text) : toInt64(BigInt(text));
}

/** Names the first few hundred texts; statements built anew each time (long IN lists) stay unnamed. */
function statementNames(): (text: string) => string | undefined {
  const names = new Map<string, string>();
  return (text) => {
    const known = names.get(text);
    if (known !== undefined || names.size >= NAMED_STATEMENTS) return known;
    const name = createHash('sha256').update(text).digest('hex').slice(0, 40);
    names.set(text, name);
    return name;
  };
}

function sqlState(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** What the driver says, without a code, of a connection that cannot be had or is gone. */
const LOST =
  /^(timeout exceeded|Query read timeout|Connection terminated|Client has encountered|Client was closed|Cannot use a pool)/;

const JSON_TYPES = {
  text: 'text',
  double: 'double precision',
  bigint: 'bigint',
  boolean: 'boolean',
} as const;

const postgresDialect: Dialect = {
  engine: 'postgres',
  like: (text, pattern) => sql`${text} like ${pattern}`,
  ilike: (text, pattern) => sql`${text} ilike ${pattern}`,
  bytewise: (text) => sql`${text} collate "C"`,
  jsonRows: (subquery) => sql`(select coalesce(json_agg(agg), '[]')::text from ${subquery} as agg)`,
  jsonLists: (subquery, columns) => {
    const cells = columns.map((column) => sql.ref(`agg.${column}`));
    return sql`(select coalesce(json_agg(json_build_array(${sql.join(cells)})), '[]')::text from ${subquery} as agg)`;
  },
  jsonTable: (json, columns) => {
    const places = columns.map(
      ([name, type], index) =>
        sql`(j.value ->> ${sql.lit(index)})::${sql.raw(JSON_TYPES[type])} as ${sql.ref(name)}`,
    );
    return sql`(select ${sql.join(places)} from json_array_elements(${json}::json) as j)`;
  },
  inMlflowCollation: (text) => sql`${text} collate "default"`,
  nowMs: sql`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`,
  forUpdate: sql`for update`,
  async lockKey(db, key, exclusive) {
    const lock = sql.raw(exclusive ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared');
    await sql`select ${lock}(hashtextextended(${key}, 0))`.execute(db);
  },
  isRetryable: (error) => ['40001', '40P01'].includes(sqlState(error)),
  isUniqueViolation: (error) => sqlState(error) === '23505',
  isTooLong: (error) => sqlState(error) === '22001',
  isUnavailable(error) {
    const state = sqlState(error);
    return (
      /^(08|28|3D|53|57|58)/.test(state) ||
      // A standby, a lock that is not given, a transaction that was ended while we were silent.
      ['25006', '55P03', '25P03'].includes(state) ||
      /^(ECONN|EHOST|ENET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)/.test(state) ||
      (error instanceof Error && LOST.test(error.message))
    );
  },
  isFull: (error) => sqlState(error) === '53100',
};
