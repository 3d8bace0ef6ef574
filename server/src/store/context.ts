import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { Db, Dialect } from './dialect.ts';

/** What every file of the store is given: a handle, what differs between engines, and the workspace. */
export interface StoreContext {
  readonly db: Db;
  readonly dialect: Dialect;
  readonly workspace: string;
}

/** Reads what `Dialect.jsonRows` made. Integers beyond 2^53 do not occur in the columns it is used for. */
export function parseJsonRows<T>(text: string): T[] {
  return JSON.parse(text) as T[];
}

/** A value that is given when the statement runs. */
class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * A statement of a hot path: its text is built once per engine, later runs only fill in the values.
 * (Building a query anew costs several times what running it does.)
 */
export function hotStatement<P extends object, R>(
  build: (dialect: Dialect, value: (name: keyof P & string) => RawBuilder<unknown>) => RawBuilder<R>,
): (context: StoreContext, values: P) => Promise<R[]> {
  const compiled = new Map<string, CompiledQuery<R>>();
  return async ({ db, dialect }, values) => {
    let query = compiled.get(dialect.engine);
    if (query === undefined) {
      query = build(dialect, (name) => sql`${new Placeholder(name)}`).compile(db);
      compiled.set(dialect.engine, query);
    }
    const parameters = query.parameters.map((parameter) =>
      parameter instanceof Placeholder ? values[parameter.name as keyof P] : parameter,
    );
    return (await db.executeQuery<R>({ ...query, parameters })).rows;
  };
}

type Fragment = (dialect: Dialect) => RawBuilder<unknown>;

const fragments = new Map<string, Map<Fragment, RawBuilder<unknown>>>();

/**
 * A part of a statement that holds no values, such as the columns of a whole model: built once per engine. For
 * statements that are composed anew each time, where building such a part costs more than running it.
 */
export function fixedFragment({ db, dialect }: StoreContext, build: Fragment): RawBuilder<unknown> {
  const ofEngine = fragments.get(dialect.engine) ?? new Map<Fragment, RawBuilder<unknown>>();
  fragments.set(dialect.engine, ofEngine);
  const known = ofEngine.get(build);
  if (known !== undefined) return known;
  const { sql: text, parameters } = build(dialect).compile(db);
  if (parameters.length > 0) throw new Error('a fixed fragment holds values');
  const fragment = sql.raw(text);
  ofEngine.set(build, fragment);
  return fragment;
}
