import { AsyncLocalStorage } from 'node:async_hooks';
import { sql } from 'kysely';
import { RegistryError } from '../domain/errors.ts';
import type { UnitKind, UnitOutcome } from '../operations/ports/telemetry.ts';
import type { Reader, Store, Writer } from '../operations/ports.ts';
import type { LeftWork } from './context.ts';
import { type Db, type Engine, OutcomeUnknown } from './dialect.ts';
import { readerOf, writerOf } from './unit-of-work.ts';

const ATTEMPTS = 5;

export interface StoreOptions {
  readonly workspace?: string;
  /** Instead of the database's own clock: tests own time. Null: it has none. */
  readonly databaseClock?: () => number | null;
  /** Called after each commit that left something of this kind to do. */
  readonly onLeft?: (left: LeftWork) => void;
  /** Called at the end of each unit of work. */
  readonly onUnit?: (kind: UnitKind, outcome: UnitOutcome, seconds: number) => void;
}

/**
 * The `Store` on an open engine, for one workspace. The schema must be in place (`schema/open.ts`).
 * Closing it closes the engine.
 */
export function createStore(
  engine: Engine,
  {
    workspace = 'default',
    databaseClock,
    onLeft = () => undefined,
    onUnit = () => undefined,
  }: StoreOptions = {},
): Store {
  const running = new AsyncLocalStorage<true>();
  const context = (db: Db) => ({ db, dialect: engine.dialect, workspace, databaseClock });
  const reader: Reader = readerOf(context(engine.db));
  // Engines keep the handle of a connection; a writer is some hundred functions.
  const writers = new WeakMap<Db, Writer>();
  /** What the unit of work that a handle is in has left. */
  const units = new WeakMap<Db, Set<LeftWork>>();
  const writerOn = (db: Db): Writer => {
    const known = writers.get(db) ?? writerOf({ ...context(db), note: (left) => units.get(db)?.add(left) });
    writers.set(db, known);
    return known;
  };

  async function unit<T>(kind: UnitKind, fn: () => Promise<T>): Promise<T> {
    if (running.getStore() === true) throw new Error('a unit of work was opened inside another');
    const startedAtMs = performance.now();
    let outcome: UnitOutcome = 'ok';
    try {
      return await running.run(true, fn);
    } catch (error) {
      const translated = translate(engine, error);
      outcome = outcomeOf(translated);
      throw translated;
    } finally {
      onUnit(kind, outcome, (performance.now() - startedAtMs) / 1_000);
    }
  }

  return {
    read: (fn) => unit('read', () => fn(reader)),
    write: (fn: (writer: Writer) => Promise<never>) =>
      unit('write', async () => {
        let left = new Set<LeftWork>();
        const result = await retrying(engine, () =>
          engine.transaction((db) => {
            left = new Set();
            units.set(db, left);
            return fn(writerOn(db));
          }),
        );
        for (const kind of left) onLeft(kind);
        return result;
      }),
    changeMark: () => engine.changeMark?.() ?? null,
    pools: () => engine.pools(),
    ping: () =>
      unit('read', async () => {
        await sql`select 1`.execute(engine.db);
      }),
    close: () => engine.close(),
  };
}

function outcomeOf(error: unknown): UnitOutcome {
  if (!(error instanceof RegistryError)) return 'failed';
  return error.code === 'unavailable' || error.code === 'storage_full' ? 'unavailable' : 'refused';
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
  if (error instanceof OutcomeUnknown)
    return new RegistryError(
      'unavailable',
      { message: 'The database went away during the change; look whether it was made before you try again.' },
      { cause: error },
    );
  if (engine.dialect.isFull(error))
    return new RegistryError(
      'storage_full',
      { message: 'The database has no room left; nothing was changed.' },
      { cause: error },
    );
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
