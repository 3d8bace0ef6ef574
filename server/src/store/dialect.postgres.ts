import { createHash } from 'node:crypto';
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient, sql } from 'kysely';
import pg from 'pg';
import { toInt64 } from '../domain/int64.ts';
import type { Dialect, Engine } from './dialect.ts';
import type { Tables } from './schema/tables.ts';

const POOL_SIZE = 16;
const CONNECT_TIMEOUT_MS = 5_000;
const NAMED_STATEMENTS = 500;
const INT8 = 20;

/** Opens a pool on a `postgresql://` URL. No connection is made before the first statement. */
export function openPostgres(url: string): Engine {
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    types: { getTypeParser },
  });
  // An idle connection that the server cuts is replaced by the next statement; unheard, it would end the process.
  pool.on('error', () => undefined);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: namingPool(pool) }) });
  return {
    dialect: postgresDialect,
    db,
    transaction: (fn) => db.transaction().execute(fn),
    close: () => db.destroy(),
  };
}

/** As `pg` reads types, but int8 as an exact number or bigint instead of text. */
const getTypeParser: typeof pg.types.getTypeParser = ((oid: number, format?: 'text' | 'binary') =>
  oid === INT8 && format !== 'binary'
    ? parseInt8
    : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser;

function parseInt8(text: string): number | bigint {
  return text.length < 16 ? Number(text) : toInt64(BigInt(text));
}

/** A pool whose clients send named statements, so that the server plans each text once per connection. */
function namingPool(pool: pg.Pool): PostgresPool {
  const clients = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  const nameOf = statementNames();
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect();
      let naming = clients.get(client);
      if (naming === undefined) {
        naming = namingClient(client, nameOf);
        clients.set(client, naming);
      }
      return naming;
    },
  } as PostgresPool;
}

function namingClient(
  client: pg.PoolClient,
  nameOf: (text: string) => string | undefined,
): PostgresPoolClient {
  return {
    query(text: string, values: unknown[]) {
      const name = values.length > 0 ? nameOf(text) : undefined;
      return client.query(name === undefined ? { text, values } : { name, text, values });
    },
    release: (error?: boolean | Error) => client.release(error),
  } as unknown as PostgresPoolClient;
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
      /^(08|28|3D|53|57P)/.test(state) ||
      /^(ECONN|EHOST|ENET|EPIPE|ETIMEDOUT|ENOTFOUND)/.test(state) ||
      (error instanceof Error && /^(timeout exceeded|Connection terminated)/.test(error.message))
    );
  },
};
