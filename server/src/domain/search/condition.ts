import type { Int64 } from '../int64.ts';

/**
 * The parts that the conditions of all searches are made of. A filter is a list of conditions that all
 * must hold. Comparators are canonical (upper case); a store translates them and decides nothing.
 */

export type StringComparator = '=' | '!=' | 'LIKE' | 'ILIKE';
export type NumberComparator = '=' | '!=' | '<' | '<=' | '>' | '>=';
export type ListComparator = 'IN' | 'NOT IN';
export type NullComparator = 'IS NULL' | 'IS NOT NULL';

/** `LIKE` is case-sensitive, `ILIKE` is not; `%` and `_` are wildcards. What is absent never matches, also for `!=`. */
export interface StringTest {
  readonly comparator: StringComparator;
  readonly value: string;
}

/** At least one value, except where a noun says otherwise. */
export interface ListTest {
  readonly comparator: ListComparator;
  readonly value: readonly string[];
}

/** For 64-bit columns a whole number unless the noun says that a fraction may stand there. */
export interface IntegerTest {
  readonly comparator: NumberComparator;
  readonly value: Int64;
}

/** A double; may be infinite. */
export interface NumberTest {
  readonly comparator: NumberComparator;
  readonly value: number;
}

/** Whether the key is there at all. */
export interface NullTest {
  readonly comparator: NullComparator;
  readonly value: null;
}

/** The comparators as values, for checking what a filter says. */
export const stringComparators: readonly StringComparator[] = ['=', '!=', 'LIKE', 'ILIKE'];
export const numberComparators: readonly NumberComparator[] = ['=', '!=', '<', '<=', '>', '>='];
export const listComparators: readonly ListComparator[] = ['IN', 'NOT IN'];
export const nullComparators: readonly NullComparator[] = ['IS NULL', 'IS NOT NULL'];

/** Narrows a comparator's text to one of a closed set. */
export function isOneOf<T extends string>(text: string, allowed: readonly T[]): text is T {
  return (allowed as readonly string[]).includes(text);
}

/** Whether the test compares with a list. */
export function isListTest(test: StringTest | ListTest): test is ListTest {
  return isOneOf(test.comparator, listComparators);
}
