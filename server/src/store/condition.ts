import { type Expression, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { IntegerTest, ListTest, NumberTest, StringTest } from '../domain/search/condition.ts';
import type { Dialect } from './dialect.ts';

/** A test of the filter language on a text column. */
export function textTest(
  dialect: Dialect,
  column: Expression<string | null>,
  test: StringTest | ListTest,
): RawBuilder<SqlBool> {
  switch (test.comparator) {
    case 'LIKE':
      return dialect.like(column, test.value);
    case 'ILIKE':
      return dialect.ilike(column, test.value);
    case 'IN':
      return sql`${column} in (${sql.join(test.value)})`;
    case 'NOT IN':
      return sql`${column} not in (${sql.join(test.value)})`;
    default:
      return sql`${column} ${sql.raw(test.comparator)} ${test.value}`;
  }
}

/**
 * A test on a number column; the comparators are SQL's own. A fraction is compared as a double: PostgreSQL would
 * read it as of the column's type, which may be an integer.
 */
export function numberTest(column: Expression<unknown>, test: IntegerTest | NumberTest): RawBuilder<SqlBool> {
  const { comparator, value } = test;
  const isWhole = typeof value === 'bigint' || Number.isSafeInteger(value);
  const operand = isWhole ? sql`${value}` : sql`cast(${value} as double precision)`;
  return sql`${column} ${sql.raw(comparator)} ${operand}`;
}

/** All of them; true when there is none. */
export function allOf(conditions: readonly RawBuilder<SqlBool>[]): RawBuilder<SqlBool> {
  return conditions.length === 0 ? sql<SqlBool>`1 = 1` : sql<SqlBool>`(${sql.join(conditions, sql` and `)})`;
}

/** `asc` or `desc`. */
export function direction(ascending: boolean): RawBuilder<unknown> {
  return ascending ? sql`asc` : sql`desc`;
}
