import { invalidArgument } from '../errors.ts';

/** Longest filter or order clause, in UTF-16 units. A tag's value may have 100,000. */
const MAX_TEXT_LENGTH = 200_000;
/** MLflow: sqlparse refuses to group more tokens (white space counts) or deeper parentheses. */
export const MAX_TOKENS = 10_000;
export const MAX_DEPTH = 100;
/** Conditions of one filter. MLflow on SQLite fails beyond some sixty joins. */
export const MAX_CONDITIONS = 200;
/** Patterns of one filter: each is held against a whole text of every row, on SQLite while the others wait. */
export const MAX_PATTERNS = 20;
/** SQLite refuses LIKE patterns of more than 50,000 bytes; each `%` multiplies the work of a comparison. */
const MAX_PATTERN_LENGTH = 10_000;
const MAX_PATTERN_WILDCARDS = 50;
/** Longest clause of an order; the longest key has 250 characters. */
export const MAX_ORDER_LENGTH = 10_000;
/** Terms of one order. */
const MAX_ORDER_CLAUSES = 50;

/** Refuses text that no filter can be, before any other work on it. */
export function checkText(text: string, what: string, maxLength = MAX_TEXT_LENGTH): void {
  if (text.length > maxLength) {
    throw invalidArgument(`The ${what} is too long: at most ${maxLength} characters are accepted.`);
  }
  if (text.includes('\0') || !text.isWellFormed()) {
    throw invalidArgument(`The ${what} contains NUL or an incomplete surrogate pair.`);
  }
}

/** Bounds the number of order clauses. */
export function checkOrderLength(clauses: readonly unknown[]): void {
  if (clauses.length > MAX_ORDER_CLAUSES) {
    throw invalidArgument(`\`order_by\` has too many clauses: at most ${MAX_ORDER_CLAUSES} are accepted.`);
  }
}

/** Bounds what a LIKE may cost. @throws `invalid_argument` */
export function checkPattern(pattern: string): void {
  let wildcards = 0;
  for (const char of pattern) if (char === '%') wildcards += 1;
  if (pattern.length > MAX_PATTERN_LENGTH || wildcards > MAX_PATTERN_WILDCARDS) {
    throw invalidArgument(
      `A pattern is too complex: at most ${MAX_PATTERN_LENGTH} characters and ` +
        `${MAX_PATTERN_WILDCARDS} "%" are accepted.`,
    );
  }
}
