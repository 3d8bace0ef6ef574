import { invalidArgument } from '../errors.ts';
import type { Int64 } from '../int64.ts';
import {
  expectedQuoted,
  isNumeric,
  isTextual,
  listWithoutIn,
  readClauses,
  readComparison,
  readInt64,
  readQuoted,
  stringTest,
} from './comparison.ts';
import type { IntegerTest, ListComparator, NullTest, StringTest } from './condition.ts';
import {
  isOneOf,
  listComparators,
  nullComparators,
  numberComparators,
  stringComparators,
} from './condition.ts';
import type { Node } from './grouping.ts';
import { type OrderClause, readOrder, readPlainKey } from './order-by.ts';
import { readFloat, readInteger, reprFloat, reprSet } from './python-text.ts';
import { listNotSupported } from './registry-clause.ts';
import { readStringList } from './string-list.ts';

export type ExperimentCondition =
  | ({ readonly kind: 'attribute'; readonly key: 'name' } & StringTest)
  | ({ readonly kind: 'attribute'; readonly key: 'experiment_id' } & IdTest)
  | ({ readonly kind: 'attribute'; readonly key: 'creation_time' | 'last_update_time' } & IntegerTest)
  | ({ readonly kind: 'tag'; readonly key: string } & (StringTest | NullTest));

type IdTest =
  | { readonly comparator: '=' | '!='; readonly value: Int64 }
  | { readonly comparator: ListComparator; readonly value: readonly Int64[] };

export interface ExperimentOrderTerm {
  readonly key: 'name' | 'experiment_id' | 'creation_time' | 'last_update_time';
  readonly ascending: boolean;
}

export interface ExperimentSearch {
  readonly conditions: readonly ExperimentCondition[];
  readonly order: readonly ExperimentOrderTerm[];
}

/** A clause whose key is known and whose value is read; the comparator is still any sign. */
interface Clause {
  readonly kind: 'attribute' | 'tag';
  readonly key: string;
  readonly comparator: string;
  readonly value: string | readonly string[] | { readonly number: string; readonly whole: boolean } | null;
}

const attributes = ['name', 'experiment_id', 'creation_time', 'last_update_time'] as const;
const attributeComparators = [...stringComparators, ...listComparators];
const defaultOrder = ['creation_time DESC', 'experiment_id ASC'];

/** What to search for and in which order. @throws `invalid_argument`. */
export function parseExperimentSearch(filter: string, orderBy: readonly string[]): ExperimentSearch {
  return { conditions: parseExperimentFilter(filter), order: parseExperimentOrder(orderBy) };
}

/** The conditions of a filter; none for an empty text. @throws `invalid_argument`. */
export function parseExperimentFilter(text: string): ExperimentCondition[] {
  return readClauses(text).map(readClause).map(toCondition);
}

function readClause(node: Node): Clause {
  const { left, comparator, right } = readComparison(node);
  const { entity, key } = readPlainKey(left, attributes);
  const kind = entity === 'tag' ? 'tag' : 'attribute';
  if (right !== null) return { kind, key, comparator, value: readValue(kind, key, right) };
  if (kind === 'tag') return { kind, key, comparator: comparator.toUpperCase(), value: null };
  throw invalidArgument(`IS NULL / IS NOT NULL is only supported for tags, not for attribute '${key}'`);
}

function readValue(kind: 'attribute' | 'tag', key: string, node: Node): Clause['value'] {
  if (kind === 'tag') {
    if (!isTextual(node)) throw expectedQuoted('tag', node);
    return readQuoted(node);
  }
  if (key === 'creation_time' || key === 'last_update_time') {
    if (isNumeric(node)) return { number: node.text, whole: node.kind === 'integer' };
    throw invalidArgument(`Expected numeric value type for numeric attribute: ${key}. Found ${node.text}`);
  }
  if (isTextual(node)) return readQuoted(node);
  if (node.kind !== 'parenthesis') {
    throw invalidArgument(`Expected a quoted string value for attributes. Got value ${node.text}`);
  }
  if (key !== 'experiment_id') throw listNotSupported(['experiment_id']);
  return readStringList(node.text);
}

function toCondition(clause: Clause): ExperimentCondition {
  const { kind, key } = clause;
  if (kind === 'tag') return { kind, key, ...tagTest(clause) };
  if (key === 'experiment_id') return { kind, key, ...idTest(clause) };
  if (key === 'creation_time' || key === 'last_update_time') return { kind, key, ...timeTest(clause) };
  return { kind, key: 'name', ...nameTest(clause) };
}

/** MLflow: comparators of this search are upper case, and only so. */
function tagTest({ comparator, value }: Clause): StringTest | NullTest {
  if (value === null && isOneOf(comparator, nullComparators)) return { comparator, value };
  if (typeof value === 'string' && isOneOf(comparator, stringComparators))
    return stringTest(comparator, value);
  throw invalidArgument(`Invalid comparator for tag: ${comparator}`);
}

function readId(text: string): Int64 {
  if (readInteger(text) === null) {
    throw invalidArgument(`Invalid experiment ID '${text}'. Experiment ID must be a valid integer.`);
  }
  return readInt64(text, 'experiment_id');
}

function idTest({ comparator, value }: Clause): IdTest {
  const isList = Array.isArray(value);
  if (isOneOf(comparator, listComparators) && isList) return { comparator, value: value.map(readId) };
  if (isOneOf(comparator, ['=', '!=']) && typeof value === 'string')
    return { comparator, value: readId(value) };
  if (isOneOf(comparator, ['=', '!='])) throw listWithoutIn(comparator);
  throw invalidArgument(`Invalid comparator for experiment_id: ${comparator}`);
}

/** MLflow: the set in this message lacks its closing quote, and names the comparators of text. */
function timeTest({ key, comparator, value }: Clause): IntegerTest {
  if (
    !isOneOf(comparator, numberComparators) ||
    value === null ||
    typeof value !== 'object' ||
    !('number' in value)
  ) {
    throw invalidArgument(`Invalid comparator '${comparator}' not one of '${reprSet(attributeComparators)}`);
  }
  if (!value.whole) {
    const shown = reprFloat(readFloat(value.number) ?? Number.NaN);
    throw invalidArgument(`Invalid value for numeric attribute '${key}': '${shown}'`);
  }
  return { comparator, value: readInt64(value.number, key) };
}

function nameTest({ comparator, value }: Clause): StringTest {
  if (typeof value === 'string' && isOneOf(comparator, stringComparators))
    return stringTest(comparator, value);
  if (isOneOf(comparator, attributeComparators)) {
    throw invalidArgument(`Invalid comparator for string attribute: ${comparator}`);
  }
  throw invalidArgument(`Invalid comparator '${comparator}' not one of '${reprSet(attributeComparators)}'`);
}

function readTerm({ key: written, ascending }: OrderClause): ExperimentOrderTerm {
  const { entity, key } = readPlainKey(written, attributes);
  if (entity === 'attribute' && isOneOf(key, attributes)) return { key, ascending };
  throw invalidArgument(`Invalid order_by entity: ${entity}`);
}

/** The whole order, ending in the id. MLflow: a field may be given twice; the first counts. @throws `invalid_argument`. */
export function parseExperimentOrder(clauses: readonly string[]): ExperimentOrderTerm[] {
  const terms = readOrder(clauses.length === 0 ? defaultOrder : clauses, readTerm, null);
  if (!terms.some((term) => term.key === 'experiment_id'))
    terms.push({ key: 'experiment_id', ascending: false });
  return terms;
}
