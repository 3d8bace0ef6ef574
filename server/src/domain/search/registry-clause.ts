import { invalidArgument } from '../errors.ts';
import {
  expectedQuoted,
  isNumeric,
  isTextual,
  listWithoutIn,
  readComparison,
  readQuoted,
  splitIdentifier,
  stringTest,
  unquoteKey,
} from './comparison.ts';
import type { StringTest } from './condition.ts';
import { isOneOf, type ListTest, listComparators, stringComparators } from './condition.ts';
import type { Node } from './grouping.ts';
import { reprSet } from './python-text.ts';
import { readStringList } from './string-list.ts';

/** What models and versions have in common: attributes without a prefix, and tags. */
export interface RegistryClause {
  readonly kind: 'attribute' | 'tag';
  readonly key: string;
  /** Upper case; anything that SQL compares with. */
  readonly comparator: string;
  readonly value: RegistryValue;
}

type RegistryValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'integer' | 'float'; readonly text: string };

export interface RegistryKeys {
  readonly searchable: readonly string[];
  /** Which take a list, sorted. */
  readonly lists: readonly string[];
  /** Which numbers may be compared with; null when no number may stand in a filter. */
  readonly numeric: readonly string[] | null;
}

const entities = ['attribute', 'tag', 'tags'];

function readAttributeValue(node: Node, key: string, keys: RegistryKeys): RegistryValue {
  if (isTextual(node)) return { kind: 'text', text: readQuoted(node) };
  if (node.kind === 'parenthesis') {
    if (!keys.lists.includes(key)) throw listNotSupported(keys.lists);
    return { kind: 'list', items: readStringList(node.text) };
  }
  if (keys.numeric !== null && isNumeric(node)) {
    if (!keys.numeric.includes(key)) {
      throw invalidArgument(
        `Only the '${reprSet(keys.numeric)}' attributes support comparison with numeric values.`,
      );
    }
    return { kind: node.kind === 'integer' ? 'integer' : 'float', text: node.text };
  }
  throw invalidArgument(
    `Expected a quoted string value or a list of quoted string values for attributes. Got value ${node.text}`,
  );
}

/** The error for a list at a key that takes none. */
export function listNotSupported(lists: readonly string[]) {
  const shown = lists.map((key) => `'${key}'`).join(', ');
  return invalidArgument(
    `Only [${shown}] attributes support comparison with a list of quoted string values.`,
  );
}

/** @throws `invalid_argument` for an entity that the search does not know. */
export function checkPlainEntity(entity: string): void {
  if (entities.includes(entity)) return;
  throw invalidArgument(
    `Invalid entity type '${entity}'. Valid entity types are ('attribute', 'tag', 'tags')`,
  );
}

/** Key and value of one clause. The comparator is checked later, as in MLflow, when all clauses are read. */
export function readRegistryClause(clause: Node, keys: RegistryKeys): RegistryClause {
  const { left, comparator, right } = readComparison(clause);
  const { entity, key: written } = splitIdentifier(left);
  if (entity !== null) checkPlainEntity(entity);
  const kind = entity === null || entity === 'attribute' ? 'attribute' : 'tag';
  // MLflow: compared before its quotes go, so a quoted attribute is unknown.
  if (kind === 'attribute' && !keys.searchable.includes(written)) {
    throw invalidArgument(
      `Invalid attribute key '${written}' specified. Valid keys are '${reprSet(keys.searchable)}'`,
    );
  }
  const key = unquoteKey(written);
  if (right === null) throw invalidArgument(`Invalid comparator for ${kind}: ${comparator}`);
  if (kind === 'attribute') {
    return { kind, key, comparator: comparator.toUpperCase(), value: readAttributeValue(right, key, keys) };
  }
  if (!isTextual(right)) throw expectedQuoted('tag', right);
  return {
    kind,
    key,
    comparator: comparator.toUpperCase(),
    value: { kind: 'text', text: readQuoted(right) },
  };
}

/** The test of a tag. @throws `invalid_argument` for a sign that tags do not have. */
export function tagTest(clause: RegistryClause): StringTest {
  if (clause.value.kind !== 'text' || !isOneOf(clause.comparator, stringComparators)) {
    throw invalidArgument(`Invalid comparator for tag: ${clause.comparator}`);
  }
  return stringTest(clause.comparator, clause.value.text);
}

/** The test of a textual attribute. @throws `invalid_argument` for a sign that it does not have. */
export function attributeTest(clause: RegistryClause): StringTest | ListTest {
  const { comparator, value } = clause;
  if (value.kind === 'text' && isOneOf(comparator, stringComparators))
    return stringTest(comparator, value.text);
  if (value.kind === 'list' && isOneOf(comparator, listComparators))
    return { comparator, value: value.items };
  if (value.kind === 'list' && isOneOf(comparator, stringComparators)) throw listWithoutIn(comparator);
  throw invalidArgument(`Invalid comparator for attribute: ${comparator}`);
}
