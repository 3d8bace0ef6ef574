import { invalidArgument } from '../errors.ts';
import { RUN_NAME_TAG } from '../run.ts';
import { readClauses, readInt64, readNumber } from './comparison.ts';
import {
  type IntegerTest,
  isListTest,
  isOneOf,
  type ListTest,
  type NullTest,
  type NumberTest,
  type StringTest,
} from './condition.ts';
import { type OrderClause, readOrder } from './order-by.ts';
import {
  attributeTest,
  isTime,
  keyedTest,
  numberComparator,
  type RunClause,
  readRunClause,
} from './run-clause.ts';
import { datasetKeys, orderAttributes, type RunAttribute, readRunKey, runAttributes } from './run-key.ts';

/**
 * `start_time` and `end_time` may be compared with a fraction. There is no `run_name`: it arrives as the
 * tag `mlflow.runName`, as MLflow compares it.
 * A metric is the latest value of that key; a NaN matches `!=` alone, whatever the value.
 */
export type RunCondition =
  | ({ readonly kind: 'attribute'; readonly key: 'run_id' } & (StringTest | ListTest))
  | ({ readonly kind: 'attribute'; readonly key: 'user_id' | 'status' | 'artifact_uri' } & StringTest)
  | ({ readonly kind: 'attribute'; readonly key: 'start_time' | 'end_time' } & IntegerTest)
  | ({ readonly kind: 'metric'; readonly key: string } & NumberTest)
  | ({ readonly kind: 'param' | 'tag'; readonly key: string } & (StringTest | NullTest))
  | ({ readonly kind: 'dataset'; readonly key: 'name' | 'digest' | 'context' } & (StringTest | ListTest));

/**
 * What is missing comes last in both directions; a metric that is NaN comes after the numbers and before
 * what is missing, also in both directions.
 */
export type RunOrderTerm =
  | { readonly kind: 'attribute'; readonly key: RunAttribute; readonly ascending: boolean }
  | { readonly kind: 'metric' | 'param' | 'tag'; readonly key: string; readonly ascending: boolean };

export interface RunSearch {
  readonly conditions: readonly RunCondition[];
  readonly order: readonly RunOrderTerm[];
}

/** What to search for and in which order. @throws `invalid_argument`. */
export function parseRunSearch(filter: string, orderBy: readonly string[]): RunSearch {
  return { conditions: parseRunFilter(filter), order: parseRunOrder(orderBy) };
}

/** The conditions of a filter; none for an empty text. @throws `invalid_argument`. */
export function parseRunFilter(text: string): RunCondition[] {
  return readClauses(text, true).map(readRunClause).map(toCondition);
}

function toCondition(clause: RunClause): RunCondition {
  const { entity, key } = clause;
  if (entity === 'metric') return { kind: 'metric', key, ...metricTest(clause) };
  if (entity === 'parameter') return { kind: 'param', key, ...keyedTest(clause) };
  if (entity === 'tag') return { kind: 'tag', key, ...keyedTest(clause) };
  if (entity === 'dataset' && isOneOf(key, datasetKeys)) {
    return { kind: 'dataset', key, ...attributeTest(clause) };
  }
  return toAttributeCondition(clause);
}

function toAttributeCondition(clause: RunClause): RunCondition {
  const { key } = clause;
  if (isTime(key)) return { kind: 'attribute', key, ...timeTest(clause) };
  const test = attributeTest(clause);
  if (key === 'run_id') return { kind: 'attribute', key, ...test };
  // Unreachable for a list: the value was refused when it was read.
  if (isListTest(test)) throw invalidArgument(`Invalid comparator for attribute: ${test.comparator}`);
  if (key === 'run_name') return { kind: 'tag', key: RUN_NAME_TAG, ...test };
  return { kind: 'attribute', key: key as 'user_id' | 'status' | 'artifact_uri', ...test };
}

function numberText({ value }: RunClause): string {
  return value.kind === 'integer' || value.kind === 'float' ? value.text : '';
}

function metricTest(clause: RunClause): NumberTest {
  return { comparator: numberComparator(clause), value: readNumber(numberText(clause), clause.key) };
}

function timeTest(clause: RunClause): IntegerTest {
  const { key, value } = clause;
  const text = numberText(clause);
  return {
    comparator: numberComparator(clause),
    value: value.kind === 'integer' ? readInt64(text, key) : readNumber(text, key),
  };
}

function readTerm(clause: OrderClause): RunOrderTerm {
  const { entity, key } = readRunKey(clause.key, orderAttributes);
  const { ascending } = clause;
  if (entity === 'attribute' && isOneOf(key, runAttributes)) return { kind: entity, key, ascending };
  if (entity === 'parameter') return { kind: 'param', key, ascending };
  if (entity === 'metric' || entity === 'tag') return { kind: entity, key, ascending };
  throw invalidArgument(`Invalid identifier type '${entity}'`);
}

/**
 * The whole order: what is given, the newest start first, and the id.
 * @throws `invalid_argument`, also for a field given twice.
 */
export function parseRunOrder(clauses: readonly string[]): RunOrderTerm[] {
  const terms = readOrder(clauses, readTerm, (term) => `${term.kind} ${term.key}`);
  const orders = (key: RunAttribute) => terms.some((term) => term.kind === 'attribute' && term.key === key);
  if (!orders('start_time')) terms.push({ kind: 'attribute', key: 'start_time', ascending: false });
  if (!orders('run_id')) terms.push({ kind: 'attribute', key: 'run_id', ascending: true });
  return terms;
}
