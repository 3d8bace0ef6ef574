import { invalidArgument } from '../errors.ts';
import { readClauses, readInt64 } from './comparison.ts';
import type { IntegerTest, ListTest, StringTest } from './condition.ts';
import { isListTest, isOneOf, numberComparators } from './condition.ts';
import { type OrderClause, readOrder, readPlainKey } from './order-by.ts';
import { applyPromptRule } from './prompt.ts';
import { readFloat, reprFloat, reprSet, reprString } from './python-text.ts';
import { attributeTest, type RegistryClause, readRegistryClause, tagTest } from './registry-clause.ts';

export type ModelVersionCondition =
  | ({ readonly kind: 'attribute'; readonly key: 'name' | 'run_id' } & (StringTest | ListTest))
  | ({ readonly kind: 'attribute'; readonly key: 'source_path' } & StringTest)
  | ({ readonly kind: 'attribute'; readonly key: 'version_number' } & IntegerTest)
  | ({ readonly kind: 'tag'; readonly key: string } & StringTest);

export interface ModelVersionOrderTerm {
  readonly key: 'name' | 'version_number' | 'creation_timestamp' | 'last_updated_timestamp';
  readonly ascending: boolean;
}

/** `excludePrompts`: leave out every version that carries the tag `mlflow.prompt.is_prompt` = `true`. */
export interface ModelVersionSearch {
  readonly conditions: readonly ModelVersionCondition[];
  readonly excludePrompts: boolean;
  readonly order: readonly ModelVersionOrderTerm[];
}

const keys = {
  searchable: ['name', 'version_number', 'run_id', 'source_path'],
  lists: ['name', 'run_id'],
  numeric: ['version_number', 'creation_timestamp', 'last_updated_timestamp'],
};
const orderKeys = ['name', 'version_number', 'creation_timestamp', 'last_updated_timestamp'] as const;
const defaultOrder = ['last_updated_timestamp DESC', 'name ASC', 'version_number DESC'];

/** What to search for and in which order, prompts left out unless asked for. @throws `invalid_argument`. */
export function parseModelVersionSearch(filter: string, orderBy: readonly string[]): ModelVersionSearch {
  return {
    ...applyPromptRule(parseModelVersionFilter(filter)),
    order: parseModelVersionOrder(orderBy),
  };
}

/** The conditions of a filter, prompt tag included; none for an empty text. @throws `invalid_argument`. */
export function parseModelVersionFilter(text: string): ModelVersionCondition[] {
  return readClauses(text)
    .map((clause) => readRegistryClause(clause, keys))
    .map(toCondition);
}

function toCondition(clause: RegistryClause): ModelVersionCondition {
  if (clause.kind === 'tag') return { kind: 'tag', key: clause.key, ...tagTest(clause) };
  if (clause.key === 'version_number') {
    return { kind: 'attribute', key: 'version_number', ...versionTest(clause) };
  }
  const test = attributeTest(clause);
  if (clause.key === 'name' || clause.key === 'run_id')
    return { kind: 'attribute', key: clause.key, ...test };
  if (isListTest(test)) {
    throw invalidArgument(`Invalid comparator for attribute: ${test.comparator}`);
  }
  return { kind: 'attribute', key: 'source_path', ...test };
}

/** MLflow: the number may stand in quotes; a fraction may not be. */
function versionTest({ key, comparator, value }: RegistryClause): IntegerTest {
  if (!isOneOf(comparator, numberComparators) || value.kind === 'list') {
    throw invalidArgument(`Invalid comparator for attribute ${key}: ${comparator}`);
  }
  if (value.kind === 'float') {
    const shown = reprFloat(readFloat(value.text) ?? Number.NaN);
    throw invalidArgument(`Invalid value for numeric attribute '${key}': ${shown}`);
  }
  const shown = value.kind === 'text' ? reprString(value.text) : value.text;
  return { comparator, value: readInt64(value.text, key, shown) };
}

/** MLflow: whether the key is said to be a tag does not matter. */
function readTerm({ key: written, ascending }: OrderClause): ModelVersionOrderTerm {
  const { key } = readPlainKey(written, orderKeys);
  if (isOneOf(key, orderKeys)) return { key, ascending };
  throw invalidArgument(`Invalid order by key '${key}' specified. Valid keys are ${reprSet(orderKeys)}`);
}

/** The whole order, ending in name and version. @throws `invalid_argument`, also for a field given twice. */
export function parseModelVersionOrder(clauses: readonly string[]): ModelVersionOrderTerm[] {
  const given = clauses.length === 0 ? defaultOrder : clauses;
  const terms = readOrder(given, readTerm, (term) => term.key);
  if (!terms.some((term) => term.key === 'name')) terms.push({ key: 'name', ascending: true });
  if (!terms.some((term) => term.key === 'version_number')) {
    terms.push({ key: 'version_number', ascending: false });
  }
  return terms;
}
