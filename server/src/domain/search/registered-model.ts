import { invalidArgument } from '../errors.ts';
import { readClauses } from './comparison.ts';
import type { ListTest, StringTest } from './condition.ts';
import { type OrderClause, readOrder } from './order-by.ts';
import { applyPromptRule } from './prompt.ts';
import { reprSet } from './python-text.ts';
import { attributeTest, readRegistryClause, tagTest } from './registry-clause.ts';

export type RegisteredModelCondition =
  | ({ readonly kind: 'attribute'; readonly key: 'name' } & (StringTest | ListTest))
  | ({ readonly kind: 'tag'; readonly key: string } & StringTest);

export interface RegisteredModelOrderTerm {
  readonly key: 'name' | 'last_updated_timestamp';
  readonly ascending: boolean;
}

/** `excludePrompts`: leave out every model that carries the tag `mlflow.prompt.is_prompt` = `true`. */
export interface RegisteredModelSearch {
  readonly conditions: readonly RegisteredModelCondition[];
  readonly excludePrompts: boolean;
  readonly order: readonly RegisteredModelOrderTerm[];
}

const keys = { searchable: ['name'], lists: ['name'], numeric: null };
const orderKeys = new Map<string, RegisteredModelOrderTerm['key']>([
  ['name', 'name'],
  ['timestamp', 'last_updated_timestamp'],
  ['last_updated_timestamp', 'last_updated_timestamp'],
]);

/** What to search for and in which order, prompts left out unless asked for. @throws `invalid_argument`. */
export function parseRegisteredModelSearch(
  filter: string,
  orderBy: readonly string[],
): RegisteredModelSearch {
  return {
    ...applyPromptRule(parseRegisteredModelFilter(filter)),
    order: parseRegisteredModelOrder(orderBy),
  };
}

/** The conditions of a filter, prompt tag included; none for an empty text. @throws `invalid_argument`. */
export function parseRegisteredModelFilter(text: string): RegisteredModelCondition[] {
  return readClauses(text)
    .map((clause) => readRegistryClause(clause, keys))
    .map((clause) =>
      clause.kind === 'tag'
        ? { kind: 'tag', key: clause.key, ...tagTest(clause) }
        : { kind: 'attribute', key: 'name', ...attributeTest(clause) },
    );
}

function readTerm({ key, ascending }: OrderClause): RegisteredModelOrderTerm {
  const known = orderKeys.get(key);
  if (known !== undefined) return { key: known, ascending };
  throw invalidArgument(
    `Invalid order by key '${key}' specified. Valid keys are '${reprSet(['name', 'timestamp'])}'`,
  );
}

/** The whole order, ending in the name, which is unique. @throws `invalid_argument`, also for a field given twice. */
export function parseRegisteredModelOrder(clauses: readonly string[]): RegisteredModelOrderTerm[] {
  const terms = readOrder(clauses, readTerm, (term) => term.key);
  if (!terms.some((term) => term.key === 'name')) terms.push({ key: 'name', ascending: true });
  return terms;
}
