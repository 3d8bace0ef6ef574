import { type CompiledQuery, type QueryResult, type RawBuilder, sql } from 'kysely';
import type { Db, Dialect, JsonColumn } from './dialect.ts';
import type { RowsQuery } from './direct-executor.ts';
import { type JsonCell, jsonTableText } from './json-table.ts';
import type { Tables } from './schema/tables.ts';

/** What a unit of work may leave to jobs: messages to webhooks, audit events without a place. */
export type LeftWork = 'deliveries' | 'events';

/** What every file of the store is given: a handle, what differs between engines, and the workspace. */
export interface StoreContext {
  readonly db: Db;
  readonly dialect: Dialect;
  readonly workspace: string;
  /** Instead of the database's own clock. */
  readonly databaseClock?: (() => number | null) | undefined;
  /** Called when the unit of work leaves something for a job to do. */
  readonly note?: (left: LeftWork) => void;
}

/** Reads what `Dialect.jsonRows` made. Integers beyond 2^53 do not occur in the columns it is used for. */
export function parseJsonRows<T>(text: string): T[] {
  return JSON.parse(text) as T[];
}

/** A value that is given when the statement runs: by name, or by its place in a row. */
class Placeholder {
  readonly name: string | number;

  constructor(name: string | number) {
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
    const parameters = plan.values.map((value) => value(values, NO_ROW));
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

/** Rows to insert: those columns that differ from row to row, and those that are the same for all. */
interface RowsInsert<P> {
  readonly table: keyof Tables;
  readonly columns: readonly JsonColumn[];
  readonly same: Readonly<Record<string, keyof P & string>>;
  /** What follows: `on conflict …`. */
  readonly ending: RawBuilder<unknown>;
}

/**
 * A `hotWrite` that inserts many rows: one statement for all of them, or one a row where that is cheaper. So what it
 * says must hold row by row, too.
 */
export function hotInsert<P extends object>({ table, columns, same, ending }: RowsInsert<P>) {
  const names = [...columns.map(([name]) => name), ...Object.keys(same)].map((name) => sql.ref(name));
  const insert = sql`insert into ${sql.table(table)} (${sql.join(names)})`;
  const together = hotWrite<P & { rows: string }>((dialect, value) => {
    const cells = columns.map(([name]) => sql.ref(`p.${name}`));
    const picked = sql.join([...cells, ...Object.values(same).map((name) => value(name))]);
    return sql`${insert} select ${picked} from ${dialect.jsonTable(value('rows'), columns)} as p where true ${ending}`;
  });
  const plans = new Map<string, Plan<P>>();
  return async (
    context: StoreContext,
    values: P,
    rows: readonly (readonly JsonCell[])[],
  ): Promise<unknown> => {
    const { db, dialect } = context;
    if (dialect.cell === undefined) return together(context, { ...values, rows: jsonTableText(rows) });
    let plan = plans.get(dialect.engine);
    if (plan === undefined) {
      const { cell } = dialect;
      const cells = columns.map(([, type], index) => cell(sql`${new Placeholder(index)}`, type));
      const others = Object.values(same).map((name) => sql`${new Placeholder(name)}`);
      plan = toPlan(sql`${insert} values (${sql.join([...cells, ...others])}) ${ending}`.compile(db));
      plans.set(dialect.engine, plan);
    }
    const { query, values: places } = plan;
    const parameterRows = rows.map((row) => places.map((place) => place(values, row)));
    return db.getExecutor().executeQuery({ ...query, parameterRows } as RowsQuery);
  };
}

interface Plan<P> {
  readonly query: CompiledQuery;
  readonly values: readonly ((values: P, row: readonly unknown[]) => unknown)[];
}

const NO_ROW: readonly unknown[] = [];

function toPlan<P extends object>(query: CompiledQuery): Plan<P> {
  const values = query.parameters.map((parameter) => {
    if (!(parameter instanceof Placeholder)) return () => parameter;
    const { name } = parameter;
    return typeof name === 'number'
      ? (_values: P, row: readonly unknown[]) => row[name]
      : (values: P) => values[name as keyof P];
  });
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
