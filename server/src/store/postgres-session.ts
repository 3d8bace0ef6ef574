import { CompiledQuery, PostgresDialect, type QueryResult } from 'kysely';
import type pg from 'pg';
import { type Db, OutcomeUnknown } from './dialect.ts';
import { directKysely } from './direct-executor.ts';
import type { LookupLanes } from './postgres-lane.ts';
import type { Answer, Send } from './postgres-query.ts';

/** One connection with its handle, kept as long as the connection. */
interface Session {
  readonly db: Db;
  /** What went wrong first among the statements that nobody waits for. */
  failure: { readonly error: unknown } | null;
  /** What went wrong first among all statements. */
  cause: { readonly error: unknown } | null;
}

/** A statement whose result nobody reads: the next one is sent behind it without waiting. */
interface UnawaitedQuery extends CompiledQuery {
  readonly unawaited?: boolean;
}

/** SQLSTATE of a statement in a transaction that another one has failed. */
const IN_FAILED_TRANSACTION = '25P02';
const DONE: QueryResult<unknown> = { rows: [] };
const noRows = (): unknown[] => [];
const [BEGIN, COMMIT, ROLLBACK] = ['BEGIN', 'COMMIT', 'ROLLBACK'].map((text) => CompiledQuery.raw(text)) as [
  CompiledQuery,
  CompiledQuery,
  CompiledQuery,
];

/** A look-up by key, which may share a connection with others. */
interface LookupQuery extends CompiledQuery {
  readonly lookup?: boolean;
}

/** The handle for statements outside of transactions: look-ups share connections, others have one for a while. */
export function pooledDb(pool: pg.Pool, send: Send, lanes: LookupLanes): Db {
  return directKysely(compilerOnly(), async (query: LookupQuery) =>
    toQueryResult(query.lookup === true ? await lanes.send(query) : await sendAlone(pool, send, query)),
  );
}

async function sendAlone(pool: pg.Pool, send: Send, query: CompiledQuery): Promise<Answer> {
  const client = await pool.connect();
  // A connection that is cut fails its statements; unheard, the event would end the process.
  client.once('error', ignore);
  let failure: unknown;
  try {
    return await send(client, query);
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    client.off('error', ignore);
    client.release(failure !== undefined && isLost(failure));
  }
}

const ignore = (): void => undefined;

/**
 * Runs units of work, each in a transaction on a connection of its own. Statements are pipelined: BEGIN goes
 * out with the first one and COMMIT behind those that nobody waits for. When one of these fails, PostgreSQL
 * takes the COMMIT for a ROLLBACK, and the unit rejects with the failure.
 */
export function postgresTransactions(
  pool: pg.Pool,
  send: Send,
): <T>(fn: (db: Db) => Promise<T>) => Promise<T> {
  const sessions = new WeakMap<pg.PoolClient, Session>();
  return async (fn) => {
    const client = await pool.connect();
    let session = sessions.get(client);
    if (session === undefined) {
      session = openSession(client, send);
      sessions.set(client, session);
    }
    session.failure = null;
    session.cause = null;
    return transact({ client, session, send }, fn);
  };
}

function openSession(client: pg.PoolClient, send: Send): Session {
  // A connection that is cut fails its statements; unheard, the event would end the process.
  client.on('error', () => undefined);
  const session: Session = {
    failure: null,
    cause: null,
    db: directKysely(compilerOnly(), async (query: UnawaitedQuery) => {
      const sent = send(client, query);
      sent.catch((error: unknown) => {
        session.cause ??= { error };
      });
      if (query.unawaited !== true) return toQueryResult(await sent);
      noteFailure(session, sent);
      return { ...DONE, answered: sent.then(({ rows }) => rows, noRows) };
    }),
  };
  return session;
}

async function transact<T>(
  { client, session, send }: { client: pg.PoolClient; session: Session; send: Send },
  fn: (db: Db) => Promise<T>,
): Promise<T> {
  noteFailure(session, send(client, BEGIN));
  let isUsable = true;
  let isCommitOpen = false;
  try {
    const result = await fn(session.db);
    isCommitOpen = true;
    const { command } = await send(client, COMMIT);
    isCommitOpen = false;
    if (command !== 'COMMIT') throw new Error('the transaction had failed before its commit');
    return result;
  } catch (error) {
    isUsable = await send(client, ROLLBACK).then(
      () => true,
      () => false,
    );
    const first = firstFailure(session, error);
    throw isCommitOpen && isLost(first) ? new OutcomeUnknown(first) : first;
  } finally {
    client.release(!isUsable);
  }
}

/**
 * What failed first. Of statements that are sent together, one behind the failed one may be heard of sooner; it only
 * says that the transaction is lost.
 */
function firstFailure({ failure, cause }: Session, error: unknown): unknown {
  if (failure !== null) return failure.error;
  const isConsequence = error instanceof Error && 'code' in error && error.code === IN_FAILED_TRANSACTION;
  return isConsequence && cause !== null ? cause.error : error;
}

/** Whether the connection ended, instead of an answer of the database about the statement. */
export function isLost(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  // EPIPE has the form of an SQLSTATE.
  return code === 'EPIPE' || !/^[0-9A-Z]{5}$/.test(code) || /^(08|57P)/.test(code);
}

function noteFailure(session: Session, sent: Promise<unknown>): void {
  sent.catch((error: unknown) => {
    session.failure ??= { error };
  });
}

function toQueryResult({ command, rowCount, rows }: Answer): QueryResult<unknown> {
  return command === 'SELECT' || rowCount === null ? { rows } : { rows, numAffectedRows: BigInt(rowCount) };
}

/** Only the compiler is Kysely's; it asks for a pool, but never uses it. */
function compilerOnly(): PostgresDialect {
  return new PostgresDialect({ pool: async () => Promise.reject(new Error('not used')) });
}
