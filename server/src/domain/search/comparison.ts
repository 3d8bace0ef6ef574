import { invalidArgument } from '../errors.ts';
import type { Int64 } from '../int64.ts';
import { fitsInt64, toInt64 } from '../int64.ts';
import type { StringComparator, StringTest } from './condition.ts';
import { isKeyword, type Node } from './grouping.ts';
import { checkPattern, MAX_CONDITIONS, MAX_PATTERNS } from './limits.ts';
import { readFloat, readInteger, reprString } from './python-text.ts';
import { joinWordComparisons, readStatement } from './statement.ts';

/*
 * How these filters differ from those of MLflow 3.17, on purpose:
 * - What MLflow answers with 500 is refused with 400: a list without IN, numbers beyond 64 bits, an unclosed
 *   quote in an order, IS NULL where there is no such test, lists with names in them.
 * - Limits (`limits.ts`); NUL and half surrogate pairs; digits other than 0-9 in numbers.
 * - Sets in messages come in one order; Python's is random.
 * - Blocks (BEGIN, IF, FOR, OVER, VALUES), `$tag$` quotes and AT TIME ZONE are not grouped: never valid, they
 *   only show in other pieces in the message.
 * - Logged models: see `logged-model.ts`.
 */

/** One clause of a filter, still as written. `comparator` may be any sign; `right` is null for IS [NOT] NULL. */
export interface Comparison {
  readonly left: string;
  readonly comparator: string;
  readonly right: Node | null;
}

/** A key as written: what stands before the first dot, if there is one, and the rest. */
export interface Identifier {
  readonly entity: string | null;
  readonly key: string;
}

/**
 * The clauses of a filter, as nodes that are all comparisons. `quoteInvalid`: whether MLflow shows what it
 * does not understand in quotes (runs) or bare (all others).
 * @throws `invalid_argument` when the text is not a list of comparisons joined by AND.
 */
export function readClauses(text: string, quoteInvalid = false): Node[] {
  if (text === '') return [];
  const statement = readStatement(text, 'filter');
  if (statement.unreadable) throw invalidArgument(`Error on parsing filter '${text}'`);
  if (statement.count === 0) throw invalidArgument(`Invalid filter '${text}'. Could not be parsed.`);
  if (statement.count > 1) {
    throw invalidArgument(
      `Search filter contained multiple expression ${reprString(text)}. Provide AND-ed expression list.`,
    );
  }
  const clauses = joinWordComparisons(statement.nodes).filter((node) => !isKeyword(node, 'AND'));
  const invalid = clauses.filter((node) => node.kind !== 'comparison');
  if (invalid.length > 0) {
    const shown = invalid.map((node) => (quoteInvalid ? `'${node.text}'` : node.text)).join(', ');
    throw invalidArgument(`Invalid clause(s) in filter string: ${shown}`);
  }
  checkConditions(clauses);
  return clauses;
}

/** Bounds what the database is asked to do. */
export function checkConditions(clauses: readonly Node[]): void {
  if (clauses.length > MAX_CONDITIONS) {
    throw invalidArgument(`The filter has too many conditions: at most ${MAX_CONDITIONS} are accepted.`);
  }
  const patterns = clauses.filter((clause) => /LIKE$/i.test(clause.parts[1]?.text ?? ''));
  if (patterns.length > MAX_PATTERNS) {
    throw invalidArgument(`The filter has too many patterns: at most ${MAX_PATTERNS} are accepted.`);
  }
}

/** Takes a clause apart. @throws `invalid_argument` when its left side is no key, or when it has a part too many. */
export function readComparison(clause: Node): Comparison {
  const [left, comparator, right] = clause.parts;
  const counted = clause.parts.length === 3 || (clause.parts.length === 2 && right === undefined);
  if (!counted || left === undefined || comparator === undefined) {
    throw invalidArgument(`Invalid comparison clause. Expected 3 tokens found ${clause.parts.length}`);
  }
  if (left.kind !== 'identifier') {
    throw invalidArgument(`Invalid comparison clause. Expected 'Identifier' found '${left.text}'`);
  }
  return { left: left.text, comparator: comparator.text, right: right ?? null };
}

/** Splits a key at its first dot. */
export function splitIdentifier(text: string): Identifier {
  const dot = text.indexOf('.');
  return dot < 0 ? { entity: null, key: text } : { entity: text.slice(0, dot), key: text.slice(dot + 1) };
}

function isQuoted(text: string, quote: string): boolean {
  return text.length >= 2 && text.startsWith(quote) && text.endsWith(quote);
}

/** The name without the backticks around it, if there are any. */
export function trimBackticks(text: string): string {
  return isQuoted(text, '`') ? text.slice(1, -1) : text;
}

/** The key without the quotes and backticks around it, if there are any. */
export function unquoteKey(text: string): string {
  return trimBackticks(isQuoted(text, "'") || isQuoted(text, '"') ? text.slice(1, -1) : text);
}

/** Whether a value stands where text is wanted: in quotes, or a name, which then is an error of its own. */
export function isTextual(node: Node): boolean {
  return node.kind === 'string' || node.kind === 'identifier';
}

/** Whether a value is a plain decimal number. */
export function isNumeric(node: Node): boolean {
  return node.kind === 'integer' || node.kind === 'float';
}

/** The text between the quotes; nothing in it is an escape. @throws `invalid_argument` without quotes. */
export function readQuoted(node: Node): string {
  if (isQuoted(node.text, "'") || isQuoted(node.text, '"')) return node.text.slice(1, -1);
  throw invalidArgument(
    'Parameter value is either not quoted or unidentified quote types used for string value ' +
      `${node.text}. Use either single or double quotes.`,
  );
}

/** The test of a text. @throws `invalid_argument` for a pattern that would cost too much. */
export function stringTest(comparator: StringComparator, value: string): StringTest {
  if (comparator === 'LIKE' || comparator === 'ILIKE') checkPattern(value);
  return { comparator, value };
}

/** @throws `invalid_argument` when the text is no whole number of 64 bits. `shown` is how the error shows it. */
export function readInt64(text: string, key: string, shown = text): Int64 {
  const value = readInteger(text);
  if (value === null || !fitsInt64(value)) {
    throw invalidArgument(`Invalid value for numeric attribute '${key}': ${shown}`);
  }
  return toInt64(value);
}

/** @throws `invalid_argument` when the text is no number. */
export function readNumber(text: string, key: string): number {
  const value = readFloat(text);
  if (value === null)
    throw invalidArgument(`Invalid value for '${key}': ${reprString(text)}. Expected a number.`);
  return value;
}

/** What a tag, param or metric has to be compared with, when the value found is something else. */
export function expectedQuoted(identifier: string, node: Node) {
  return invalidArgument(
    `Expected a quoted string value for ${identifier} (e.g. 'my-value'). Got value ${node.text}`,
  );
}

/** The error for a list behind a sign that takes no list. MLflow answers 500. */
export function listWithoutIn(comparator: string) {
  return invalidArgument(`Invalid comparator '${comparator}' for a list of values. Use IN or NOT IN.`);
}
