import { invalidArgument } from '../errors.ts';
import {
  expectedQuoted,
  isTextual,
  listWithoutIn,
  readComparison,
  readQuoted,
  stringTest,
} from './comparison.ts';
import {
  isOneOf,
  type ListTest,
  listComparators,
  type NullTest,
  type NumberComparator,
  nullComparators,
  numberComparators,
  type StringTest,
  stringComparators,
} from './condition.ts';
import type { Node } from './grouping.ts';
import { reprSet } from './python-text.ts';
import { listNotSupported } from './registry-clause.ts';
import { filterAttributes, type RunKey, readRunKey } from './run-key.ts';
import { readStringList } from './string-list.ts';

/** One clause of a run filter, read but for the comparator, which MLflow checks when all are read. */
export interface RunClause extends RunKey {
  /** Upper case; any sign. */
  readonly comparator: string;
  readonly value: RunValue;
}

type RunValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'integer' | 'float'; readonly text: string }
  | { readonly kind: 'none' };

const attributeComparators = [...stringComparators, ...listComparators];
const nullable = [...stringComparators, ...nullComparators];

export function isTime(key: string): key is 'start_time' | 'end_time' {
  return key === 'start_time' || key === 'end_time';
}

/** @throws `invalid_argument` for an unknown key or a value of the wrong kind. */
export function readRunClause(node: Node): RunClause {
  const { left, comparator, right } = readComparison(node);
  const key = readRunKey(left, filterAttributes);
  if (right !== null) return { ...key, comparator: comparator.toUpperCase(), value: readValue(key, right) };
  if (key.entity !== 'tag' && key.entity !== 'parameter') {
    throw invalidArgument(
      'IS NULL / IS NOT NULL is only supported for tags and params, ' +
        `not for '${key.entity}' '${key.written}'`,
    );
  }
  return { ...key, comparator: comparator.toUpperCase(), value: { kind: 'none' } };
}

function readNumeric(node: Node, wanted: string): RunValue {
  if (node.kind === 'integer' || node.kind === 'float') return { kind: node.kind, text: node.text };
  throw invalidArgument(`Expected numeric value type for ${wanted}. Found ${node.text}`);
}

function readValue({ entity, key, written }: RunKey, node: Node): RunValue {
  if (entity === 'metric') return readNumeric(node, 'metric');
  if (entity === 'attribute' && isTime(key)) return readNumeric(node, `numeric attribute: ${written}`);
  if (isTextual(node)) return { kind: 'text', text: readQuoted(node) };
  if (entity === 'parameter' || entity === 'tag') throw expectedQuoted(entity, node);
  if (node.kind === 'parenthesis') {
    if (entity === 'attribute' && key !== 'run_id') throw listNotSupported(['run_id']);
    return { kind: 'list', items: readStringList(node.text) };
  }
  const wanted = entity === 'attribute' ? 'attributes' : 'dataset attributes';
  throw invalidArgument(`Expected a quoted string value for ${wanted}. Got value ${node.text}`);
}

function notOneOf(comparator: string, allowed: readonly string[], end: string) {
  return invalidArgument(`Invalid comparator '${comparator}' not one of '${reprSet(allowed)}${end}`);
}

/** The comparator of a number. MLflow: for times the message names the comparators of text, without closing quote. */
export function numberComparator({ entity, comparator }: RunClause): NumberComparator {
  if (isOneOf(comparator, numberComparators)) return comparator;
  throw notOneOf(comparator, entity === 'metric' ? numberComparators : attributeComparators, '');
}

/** The test of a param or tag. MLflow: of the two messages one lacks its closing quote. */
export function keyedTest({ entity, comparator, value }: RunClause): StringTest | NullTest {
  if (value.kind === 'none' && isOneOf(comparator, nullComparators)) return { comparator, value: null };
  if (value.kind === 'text' && isOneOf(comparator, stringComparators))
    return stringTest(comparator, value.text);
  throw notOneOf(comparator, nullable, entity === 'parameter' ? "'" : '');
}

/** The test of an attribute or of a dataset. MLflow: of the two messages one lacks its closing quote. */
export function attributeTest({ entity, comparator, value }: RunClause): StringTest | ListTest {
  if (value.kind === 'text' && isOneOf(comparator, stringComparators))
    return stringTest(comparator, value.text);
  if (value.kind === 'list' && isOneOf(comparator, listComparators))
    return { comparator, value: value.items };
  if (value.kind === 'list' && isOneOf(comparator, stringComparators)) throw listWithoutIn(comparator);
  throw notOneOf(comparator, attributeComparators, entity === 'attribute' ? "'" : '');
}
