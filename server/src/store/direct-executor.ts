import {
  type CompiledQuery,
  DefaultQueryExecutor,
  Kysely,
  type Dialect as KyselyDialect,
  type QueryResult,
} from 'kysely';
import type { Db } from './dialect.ts';
import type { Tables } from './schema/tables.ts';

/** A statement that is run once for each of these, instead of with its own parameters (see `hotInsert`). */
export interface RowsQuery extends CompiledQuery {
  readonly parameterRows?: readonly (readonly unknown[])[];
}

/** Sends one compiled statement to the database; rejects with the driver's own error. */
export type RunQuery = (query: CompiledQuery) => Promise<QueryResult<unknown>>;

/**
 * Kysely's statements on `run`. Its own way to a connection (providers, locks, drivers) costs a dozen turns of
 * the microtask queue a statement, several times what SQLite needs for the answer. Transactions are the
 * engine's (`Engine.transaction`).
 */
export function directKysely(dialect: KyselyDialect, run: RunQuery): Db {
  return new Kysely<Tables>({
    config: { dialect },
    dialect,
    driver: dialect.createDriver(),
    executor: new DirectExecutor(dialect, run),
  });
}

class DirectExecutor extends DefaultQueryExecutor {
  readonly #run: RunQuery;

  constructor(dialect: KyselyDialect, run: RunQuery) {
    super(dialect.createQueryCompiler(), dialect.createAdapter(), {
      provideConnection: () => Promise.reject(new Error('statements go straight to the engine')),
    });
    this.#run = run;
  }

  override executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.#run(query) as Promise<QueryResult<R>>;
  }
}
