import { type CompiledQuery, type QueryResult, type RawBuilder, sql } from 'kysely';
import type { Db, Dialect } from './dialect.ts';

/** What every file of the store is given: a handle, what differs between engines, and the workspace. */
export interface StoreContext {
  readonly db: Db;
  readonly dialect: Dialect;
  readonly workspace: string;
  /** Called when the unit of work leaves something to send to webhooks. */
  readonly noteDeliveries?: () => void;
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
  options: { unawaited?: boolean; lookup?: boolean } = {},
): (context: StoreContext, values: P, whenAnswered?: (rows: R[]) => void) => Promise<R[]> {
  const plans = new Map<string, Plan<P>>();
  return async ({ db, dialect }, values, whenAnswered) => {
    let plan = plans.get(dialect.engine);
    if (plan === undefined) {
      const query = build(dialect, (name) => sql`${new Placeholder(name)}`).compile(db);
      plan = toPlan({ ...query, ...options });
      plans.set(dialect.engine, plan);
    }
    const parameters = plan.values.map((value) => value(values));
    const query = { ...plan.query, parameters } as CompiledQuery<R>;
    const { rows, answered }: LateResult<R> = await db.getExecutor().executeQuery<R>(query);
    // Whether it failed is heard at the end of the unit.
    if (whenAnswered !== undefined)
      if (answered === undefined) whenAnswered(rows);
      else answered.then((late) => whenAnswered(late as R[]), ignore);
    return rows;
  };
}

/** Of a statement that nobody waits for: its rows, when they come. */
interface LateResult<R> extends QueryResult<R> {
  readonly answered?: Promise<unknown[]>;
}

const ignore = (): void => undefined;

/**
 * The same for a look-up of few rows by key, which never takes long: outside of units of work that write it
 * may share a connection of PostgreSQL with others, each waiting for those before it.
 */
export function hotLookup<P extends object, R>(
  build: (dialect: Dialect, value: (name: keyof P & string) => RawBuilder<unknown>) => RawBuilder<R>,
): (context: StoreContext, values: P) => Promise<R[]> {
  return hotStatement<P, R>(build, { lookup: true });
}

/**
 * The same for a change whose result nobody reads. PostgreSQL gets the next statement behind it, without waiting;
 * when it fails, the unit of work fails at its end with that error. So not for what the caller wants to catch.
 * `whenAnswered` gets the rows before the unit of work ends.
 */
export function hotWrite<P extends object, R = unknown>(
  build: (dialect: Dialect, value: (name: keyof P & string) => RawBuilder<unknown>) => RawBuilder<R>,
): (context: StoreContext, values: P, whenAnswered?: (rows: R[]) => void) => Promise<unknown> {
  return hotStatement<P, R>(build, { unawaited: true });
}

interface Plan<P> {
  readonly query: CompiledQuery;
  readonly values: readonly ((values: P) => unknown)[];
}

function toPlan<P extends object>(query: CompiledQuery): Plan<P> {
  const values = query.parameters.map((parameter) =>
    parameter instanceof Placeholder ? (values: P) => values[parameter.name as keyof P] : () => parameter,
  );
  return { query, values };
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
