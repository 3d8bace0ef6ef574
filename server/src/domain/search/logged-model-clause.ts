import { invalidArgument } from '../errors.ts';
import { checkConditions } from './comparison.ts';
import { isOneOf } from './condition.ts';
import type { Node } from './grouping.ts';
import { loggedModelAttributes, type TimeAttribute } from './logged-model-key.ts';
import { reprString } from './python-text.ts';
import { joinWordComparisons, readStatement } from './statement.ts';

/** `shown` is how MLflow shows the key in errors. An attribute's name may be unknown. */
interface LoggedModelKey {
  readonly kind: 'attribute' | 'metric' | 'param' | 'tag';
  readonly key: string;
  readonly shown: string;
}

/** A clause whose comparator fits its key; its value is not read. */
export interface LoggedModelClause {
  readonly key: LoggedModelKey;
  readonly comparator: string;
  readonly right: Node;
}

const numericOperators = ['<', '<=', '>', '>=', '=', '!='] as const;
const textOperators = ['=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'] as const;
const entities = new Map([
  ['attributes', 'attribute'],
  ['metrics', 'metric'],
  ['params', 'param'],
  ['tags', 'tag'],
] as const);
/** Takes a character off both ends, as often as it stands there. */
export function trimChar(text: string, char: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && text[from] === char) from += 1;
  while (to > from && text[to - 1] === char) to -= 1;
  return text.slice(from, to);
}

/**
 * The clauses of a filter; none for an empty text.
 * @throws `invalid_argument` when the text is no list of comparisons joined by AND, for an unknown entity,
 * and for a comparator that the key does not have.
 */
export function readLoggedModelClauses(text: string): LoggedModelClause[] {
  if (text === '') return [];
  const statement = readStatement(text, 'filter');
  const invalid = (why: string) => invalidArgument(`Invalid filter string: ${reprString(text)}. ${why}`);
  if (statement.unreadable) throw invalid('It is too long or nested too deep.');
  if (statement.count !== 1) throw invalid('Expected a single SQL expression.');
  const clauses = joinWordComparisons(statement.nodes).filter((node) => node.text.toUpperCase() !== 'AND');
  checkConditions(clauses);
  return clauses.map((node) => {
    if (node.kind === 'comparison') return readClause(node);
    throw invalid(
      "Expected a list of comparisons separated by 'AND' (e.g. 'metrics.loss > 0.1 AND params.lr = 0.01').",
    );
  });
}

function readClause(node: Node): LoggedModelClause {
  const [left, sign, right] = node.parts;
  if (node.parts.length !== 3 || left === undefined || sign === undefined || right === undefined) {
    throw invalidArgument(`Invalid comparison: ${node.text}. Expected a comparison with 3 tokens.`);
  }
  const key = readKey(left.text);
  const comparator = sign.text.toUpperCase();
  const allowed = isNumber(key) ? numericOperators : textOperators;
  if (isOneOf(comparator, allowed)) return { key, comparator, right };
  throw invalidArgument(
    `Invalid comparison operator for ${key.shown}: ${reprString(comparator)}. ` +
      `Expected one of (${allowed.map(reprString).join(', ')}).`,
  );
}

/** Whether an attribute is one of the timestamps. */
export function isTimestamp(key: string): key is TimeAttribute {
  return key === 'creation_timestamp' || key === 'last_updated_timestamp';
}

function isNumber(key: LoggedModelKey): boolean {
  return key.kind === 'metric' || (key.kind === 'attribute' && isTimestamp(key.key));
}

/** MLflow: the entity is a run of small letters, and only backticks are taken off the key. */
function readKey(text: string): LoggedModelKey {
  const [, entityName, name] = /^([a-z]+)\.([^\n]+)\n?$/.exec(text) ?? [];
  if (entityName === undefined || name === undefined) return readAttribute(text);
  const entity = entities.get(entityName as 'tags');
  if (entity === undefined) {
    throw invalidArgument(
      `Invalid entity type: ${reprString(entityName)}. ` +
        "Expected one of ['attributes', 'metrics', 'params', 'tags'].",
    );
  }
  if (entity === 'attribute') return readAttribute(name);
  const key = trimChar(name, '`');
  return { kind: entity, key, shown: `${entityName}.${key}` };
}

function readAttribute(text: string): LoggedModelKey {
  const name = trimChar(text, '`');
  const key = loggedModelAttributes.get(name) ?? name;
  return { kind: 'attribute', key, shown: `attributes.${isTimestamp(key) ? `${key}_ms` : key}` };
}
