import { invalidArgument } from '../errors.ts';
import { type Identifier, splitIdentifier, unquoteKey } from './comparison.ts';
import type { Node } from './grouping.ts';
import { checkOrderLength, checkText, MAX_ORDER_LENGTH } from './limits.ts';
import { repr, reprSet } from './python-text.ts';
import { checkPlainEntity } from './registry-clause.ts';
import { splitShellWords } from './shell-words.ts';
import { readStatement } from './statement.ts';

/** One clause of an order: the key as written, and the direction. */
export interface OrderClause {
  readonly key: string;
  readonly ascending: boolean;
}

/** The text that counts of a clause. MLflow: `timestamp` is a type to sqlparse and needs a case of its own. */
function clauseText(nodes: readonly Node[]): string | null {
  const [first] = nodes;
  if (first === undefined) return null;
  if (first.kind === 'builtin' && first.text === 'timestamp') {
    const last = nodes.at(-1);
    if (nodes.length === 1) return first.text;
    const between = nodes.slice(1, -1).every((node) => node.kind === 'space' || node.kind === 'newline');
    return between && last?.kind === 'order' ? `timestamp ${last.text}` : null;
  }
  return nodes.length === 1 && first.kind === 'identifier' ? first.text : null;
}

function readOrderClause(text: string): OrderClause {
  const unparsed = () => invalidArgument(`Invalid order_by clause '${text}'. Could not be parsed.`);
  checkText(text, 'order_by clause', MAX_ORDER_LENGTH);
  const statement = readStatement(text, 'order_by clause');
  if (statement.unreadable) throw invalidArgument(`Error on parsing order_by clause '${text}'`);
  const whole = statement.count === 1 ? clauseText(statement.nodes) : null;
  const words = whole === null ? null : splitShellWords(whole.replaceAll('`', '"'));
  if (whole === null || words === null || words.length > 2) throw unparsed();
  const [key, direction] = words;
  // MLflow: without a direction the key keeps its quotes, with one it has lost them.
  if (key === undefined || direction === undefined) return { key: whole.trim(), ascending: true };
  const order = direction.toLowerCase();
  if (order !== 'asc' && order !== 'desc') {
    throw invalidArgument(`Invalid ordering key in order_by clause '${text}'.`);
  }
  return { key: key.trim(), ascending: order === 'asc' };
}

/**
 * Reads the clauses one after the other. `read` makes a term and `field` names what it orders by; a name that
 * comes twice is refused unless `field` is null.
 * @throws `invalid_argument`
 */
export function readOrder<T>(
  clauses: readonly string[],
  read: (clause: OrderClause) => T,
  field: ((term: T) => string) | null,
): T[] {
  checkOrderLength(clauses);
  const seen = new Set<string>();
  return clauses.map((text) => {
    const term = read(readOrderClause(text));
    const name = field === null ? null : field(term);
    // MLflow answers 500 here, with this text.
    if (name !== null && seen.has(name)) {
      throw invalidArgument(`\`order_by\` contains duplicate fields: ${repr(clauses)}`);
    }
    if (name !== null) seen.add(name);
    return term;
  });
}

/** A key of a search that knows attributes and tags alone. @throws `invalid_argument` when it knows no such key. */
export function readPlainKey(key: string, attributes: readonly string[]): Identifier {
  const { entity, key: written } = splitIdentifier(key);
  if (entity !== null) checkPlainEntity(entity);
  const name = unquoteKey(written);
  if ((entity === null || entity === 'attribute') && !attributes.includes(name)) {
    throw invalidArgument(
      `Invalid attribute key '${name}' specified. Valid keys are '${reprSet(attributes)}'`,
    );
  }
  return { entity: entity === 'tags' ? 'tag' : (entity ?? 'attribute'), key: name };
}
