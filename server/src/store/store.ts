import { AsyncLocalStorage } from 'node:async_hooks';
import { sql } from 'kysely';
import { RegistryError } from '../domain/errors.ts';
import type { Reader, Store, Writer } from '../operations/ports.ts';
import type { Db, Engine } from './dialect.ts';
import { readerOf, writerOf } from './unit-of-work.ts';

const ATTEMPTS = 5;

/**
 * The `Store` on an open engine, for one workspace. The schema must be in place (`schema/open.ts`).
 * Closing it closes the engine.
 */
export function createStore(engine: Engine, workspace = 'default'): Store {
  const running = new AsyncLocalStorage<true>();
  const context = (db: Db) => ({ db, dialect: engine.dialect, workspace });
  const reader: Reader = readerOf(context(engine.db));

  async function unit<T>(fn: () => Promise<T>): Promise<T> {
    if (running.getStore() === true) throw new Error('a unit of work was opened inside another');
    try {
      return await running.run(true, fn);
    } catch (error) {
      throw translate(engine, error);
    }
  }

  return {
    read: (fn) => unit(() => fn(reader)),
    write: (fn: (writer: Writer) => Promise<never>) =>
      unit(() => retrying(engine, () => engine.transaction((db) => fn(writerOf(context(db)))))),
    ping: () =>
      unit(async () => {
        await sql`select 1`.execute(engine.db);
      }),
    close: () => engine.close(),
  };
}

/** Runs again when the database says that two transactions stood in each other's way. */
async function retrying<T>(engine: Engine, fn: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await fn();
    } catch (error) {
      if (attempt === ATTEMPTS || !engine.dialect.isRetryable(error)) throw error;
    }
  }
}

/** The database's own failures in the words of the domain; others pass unchanged. */
function translate(engine: Engine, error: unknown): unknown {
  if (error instanceof RegistryError) return error;
  if (engine.dialect.isRetryable(error) || engine.dialect.isUnavailable(error))
    return new RegistryError(
      'unavailable',
      { message: 'The database does not answer; try again.' },
      { cause: error },
    );
  if (engine.dialect.isTooLong(error))
    return new RegistryError(
      'invalid_argument',
      { message: 'A value is longer than its column in the database allows.' },
      { cause: error },
    );
  return error;
}
