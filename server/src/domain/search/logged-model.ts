import { invalidArgument, RegistryError } from '../errors.ts';
import { listWithoutIn, readNumber, stringTest } from './comparison.ts';
import {
  isListTest,
  isOneOf,
  type ListTest,
  listComparators,
  type NumberComparator,
  type NumberTest,
  type StringComparator,
  type StringTest,
} from './condition.ts';
import { checkOrderLength, checkText } from './limits.ts';
import {
  isTimestamp,
  type LoggedModelClause,
  readLoggedModelClauses,
  trimChar,
} from './logged-model-clause.ts';
import {
  type LoggedModelAttribute,
  loggedModelAttributes,
  type TextAttribute,
  type TimeAttribute,
  textAttributes,
} from './logged-model-key.ts';
import { reprSet } from './python-text.ts';
import { readStringList } from './string-list.ts';

/**
 * `status` is the stored number as text (`'2'`): compare `CAST(status AS TEXT)`. A list may be empty and
 * then matches nothing (`IN`) or everything present (`NOT IN`).
 */
export type LoggedModelCondition =
  | ({ readonly kind: 'attribute'; readonly key: TextAttribute } & (StringTest | ListTest))
  | ({ readonly kind: 'attribute'; readonly key: TimeAttribute } & NumberTest)
  | ({ readonly kind: 'metric'; readonly key: string } & NumberTest)
  | ({ readonly kind: 'param' | 'tag'; readonly key: string } & (StringTest | ListTest));

/** As on MLflow's wire; unset names and digests are null or empty, an unset `ascending` is true. */
export interface LoggedModelOrderBy {
  readonly field_name: string;
  readonly ascending?: boolean | null;
  readonly dataset_name?: string | null;
  readonly dataset_digest?: string | null;
}

/**
 * What is missing comes last in both directions. A metric is the latest by timestamp and step of those on
 * the dataset, the one of the smallest run id when there are several.
 */
export type LoggedModelOrderTerm =
  | { readonly kind: 'attribute'; readonly key: LoggedModelAttribute; readonly ascending: boolean }
  | {
      readonly kind: 'metric';
      readonly key: string;
      readonly ascending: boolean;
      readonly datasetName: string | null;
      readonly datasetDigest: string | null;
    };

export interface LoggedModelSearch {
  readonly conditions: readonly LoggedModelCondition[];
  readonly order: readonly LoggedModelOrderTerm[];
}

/** MLflow stores the number, and compares what is given with it. */
const statusNumbers = new Map([
  ['UNSPECIFIED', '0'],
  ['PENDING', '1'],
  ['READY', '2'],
  ['FAILED', '3'],
]);

/** What to search for and in which order. @throws `invalid_argument`. */
export function parseLoggedModelSearch(
  filter: string,
  orderBy: readonly LoggedModelOrderBy[],
): LoggedModelSearch {
  return { conditions: parseLoggedModelFilter(filter), order: parseLoggedModelOrder(orderBy) };
}

/**
 * The conditions of a filter; none for an empty text. Other than in MLflow, which takes any column of its
 * table and any literal in a list, only documented attributes and strings are known here. What MLflow
 * answers with 500 (an unknown attribute, a number that is none, a list without IN) is refused.
 * @throws `invalid_argument`
 */
export function parseLoggedModelFilter(text: string): LoggedModelCondition[] {
  return readLoggedModelClauses(text).map(toCondition);
}

function toCondition(clause: LoggedModelClause): LoggedModelCondition {
  const { kind, key } = clause.key;
  if (kind === 'metric') return { kind, key, ...numberTest(clause) };
  if (kind !== 'attribute') return { kind, key, ...textTest(clause) };
  if (isTimestamp(key)) return { kind, key, ...numberTest(clause) };
  if (!isOneOf(key, textAttributes)) {
    throw invalidArgument(
      `Invalid attribute key '${key}' specified. Valid keys are '${reprSet([...loggedModelAttributes.keys()])}'`,
    );
  }
  return { kind, key, ...(key === 'status' ? statusTest(clause) : textTest(clause)) };
}

/** MLflow: whatever Python reads as a float, `inf` and `nan` too. */
function numberTest({ key, comparator, right }: LoggedModelClause): NumberTest {
  return { comparator: comparator as NumberComparator, value: readNumber(right.text, key.shown) };
}

/** MLflow: a value needs no quotes, and only single ones are taken off. */
function textTest({ comparator, right }: LoggedModelClause): StringTest | ListTest {
  if (isOneOf(comparator, listComparators)) return { comparator, value: readStringList(right.text, true) };
  if (right.text.startsWith('(') && right.text.endsWith(')')) throw listWithoutIn(comparator);
  return stringTest(comparator as StringComparator, trimChar(right.text, "'"));
}

/** The status may be given by name, other than in MLflow, where `status = 'READY'` matches nothing. */
function statusTest(clause: LoggedModelClause): StringTest | ListTest {
  const test = textTest(clause);
  const number = (status: string) => statusNumbers.get(status) ?? status;
  if (isListTest(test)) return { comparator: test.comparator, value: test.value.map(number) };
  const isPattern = test.comparator === 'LIKE' || test.comparator === 'ILIKE';
  return isPattern ? test : { comparator: test.comparator, value: number(test.value) };
}

function readTerm(clause: LoggedModelOrderBy): LoggedModelOrderTerm {
  const { field_name: field } = clause;
  for (const text of [field, clause.dataset_name, clause.dataset_digest]) checkText(text ?? '', '`order_by`');
  const ascending = clause.ascending ?? true;
  const dot = field.indexOf('.');
  if (dot < 0) {
    const key = loggedModelAttributes.get(field);
    if (key === undefined) {
      const message = `Invalid order by field name: ${field}`;
      throw new RegistryError('invalid_argument', { message, path: 'order_by', unknownAttribute: true });
    }
    return { kind: 'attribute', key, ascending };
  }
  if (field.slice(0, dot) !== 'metrics') {
    throw invalidArgument(`Invalid order by field name: ${field}. Only metrics are supported.`);
  }
  return {
    kind: 'metric',
    key: field.slice(dot + 1),
    ascending,
    datasetName: clause.dataset_name || null,
    datasetDigest: clause.dataset_digest || null,
  };
}

/**
 * The whole order: what is given, the newest first, and the id. MLflow: a field may be given twice.
 * @throws `invalid_argument`
 */
export function parseLoggedModelOrder(clauses: readonly LoggedModelOrderBy[]): LoggedModelOrderTerm[] {
  checkOrderLength(clauses);
  const terms = clauses.map(readTerm);
  const orders = (key: LoggedModelAttribute) =>
    terms.some((term) => term.kind === 'attribute' && term.key === key);
  if (!orders('creation_timestamp')) {
    terms.push({ kind: 'attribute', key: 'creation_timestamp', ascending: false });
  }
  if (!orders('model_id')) terms.push({ kind: 'attribute', key: 'model_id', ascending: true });
  return terms;
}
