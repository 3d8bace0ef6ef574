import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { StoreContext } from './context.ts';

/** Members of a search whose values stand in its statement as parameters; all others shape its text. */
const VALUES = new Set(['value', 'limit', 'offset', 'experimentIds']);
const KEPT_TEXTS = 300;

/** Stands for a value while the text is built. */
class Slot {
  readonly index: number;

  constructor(index: number) {
    this.index = index;
  }

  toJSON(): string {
    return '?';
  }
}

/**
 * A statement that is composed from a search (plain data). Searches of one shape share one text, which is kept:
 * composing it costs more than running it. `build` may look at which values are given and how many, never at
 * what they are.
 */
export function searchStatement<S extends object, R>(
  build: (context: StoreContext, search: S) => RawBuilder<R>,
): (context: StoreContext, search: S) => Promise<R[]> {
  const texts = new Map<string, CompiledQuery<R>>();
  return async (context, search) => {
    const values: unknown[] = [];
    const shape = withSlots(search, values) as S;
    const key = JSON.stringify([context.dialect.engine, context.workspace, shape]);
    let query = texts.get(key);
    if (query === undefined) {
      query = sql`${build(context, shape)}`.compile(context.db) as CompiledQuery<R>;
      const oldest = texts.keys().next();
      if (texts.size >= KEPT_TEXTS && !oldest.done) texts.delete(oldest.value);
      texts.set(key, query);
    }
    const parameters = query.parameters.map((one) => (one instanceof Slot ? values[one.index] : one));
    return (await context.db.getExecutor().executeQuery<R>({ ...query, parameters })).rows;
  };
}

function withSlots(part: unknown, values: unknown[]): unknown {
  if (Array.isArray(part)) return part.map((item: unknown) => withSlots(item, values));
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([name, item]) => [
      name,
      VALUES.has(name) ? slotted(item, values) : withSlots(item, values),
    ]),
  );
}

/** A list has as many slots as it has values; NULL is no value, but a question of its own. */
function slotted(item: unknown, values: unknown[]): unknown {
  if (item === null || item === undefined) return item;
  if (Array.isArray(item)) return item.map((one: unknown) => slotted(one, values));
  return new Slot(values.push(item) - 1);
}
