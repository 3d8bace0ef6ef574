import { invalidArgument } from '../errors.ts';
import { MAX_DEPTH } from './limits.ts';
import { repr, reprString } from './python-text.ts';

/** MLflow reads a list `('a', 'b')` as a Python literal; so Python's escapes and prefixes hold in it. */
type Literal =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tuple'; readonly items: readonly Literal[] }
  | { readonly kind: 'list'; readonly items: readonly Literal[] }
  | { readonly kind: 'other'; readonly shown: string };

interface Cursor {
  readonly text: string;
  at: number;
  depth: number;
}

const EXPECTED = 'While parsing a list in the query, expected';
const constants = new Map([
  ['None', null],
  ['True', true],
  ['False', false],
]);
const simpleEscapes = new Map([
  ['\n', ''],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);
const hexLengths = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);
const prefix = /(?:[rRuU]?|[bB][rR]?|[rR][bB])(?=['"])/y;
const number = /-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const word = /[A-Za-z]+/y;
const blank = /(?:[ \t\n\r\f]|#[^\r\n]*)*/y;

function illFormed() {
  return invalidArgument(`${EXPECTED} a non-empty list of string values, but got ill-formed list.`);
}

function take(cursor: Cursor, pattern: RegExp): string | null {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text)?.[0];
  if (found === undefined) return null;
  cursor.at += found.length;
  return found;
}

/** The next character that is neither white space nor a comment; empty at the end. */
function skipSpace(cursor: Cursor): string {
  take(cursor, blank);
  return cursor.text.charAt(cursor.at);
}

/** What stands for the escape whose backslash is at the cursor. */
function readEscape(cursor: Cursor): string {
  const char = cursor.text.charAt(cursor.at + 1);
  const length = hexLengths.get(char);
  const digits =
    length === undefined
      ? (/^[0-7]{1,3}/.exec(cursor.text.slice(cursor.at + 1, cursor.at + 4))?.[0] ?? '')
      : cursor.text.slice(cursor.at + 2, cursor.at + 2 + length);
  if (length !== undefined) {
    const code = /^[0-9a-fA-F]+$/.test(digits) && digits.length === length ? Number.parseInt(digits, 16) : -1;
    if (code < 0 || code > 0x10ffff) throw illFormed();
    cursor.at += 2 + length;
    return String.fromCodePoint(code);
  }
  if (digits !== '') {
    cursor.at += 1 + digits.length;
    return String.fromCharCode(Number.parseInt(digits, 8));
  }
  if (char === 'N') throw illFormed();
  cursor.at += 2;
  return simpleEscapes.get(char) ?? `\\${char}`;
}

/** One quoted string; the cursor is at its prefix. */
function readString(cursor: Cursor, flags: string): string {
  const { text } = cursor;
  const quote = text.charAt(cursor.at);
  const end = text.startsWith(quote.repeat(3), cursor.at) ? quote.repeat(3) : quote;
  cursor.at += end.length;
  let value = '';
  while (!text.startsWith(end, cursor.at)) {
    const char = text.charAt(cursor.at);
    if (char === '' || (end.length === 1 && (char === '\n' || char === '\r'))) throw illFormed();
    if (char !== '\\') {
      value += char;
      cursor.at += 1;
    } else if (/r/i.test(flags)) {
      value += text.slice(cursor.at, cursor.at + 2);
      cursor.at += 2;
    } else {
      value += readEscape(cursor);
    }
  }
  cursor.at += end.length;
  return value;
}

/** One string, or several that stand side by side, which Python joins. */
function readStrings(cursor: Cursor, firstFlags: string): Literal {
  let value = readString(cursor, firstFlags);
  let bytes = /b/i.test(firstFlags);
  for (skipSpace(cursor); ; skipSpace(cursor)) {
    const flags = take(cursor, prefix);
    if (flags === null) break;
    value += readString(cursor, flags);
    bytes ||= /b/i.test(flags);
  }
  if (value.includes('\0') || !value.isWellFormed()) throw illFormed();
  return bytes ? { kind: 'other', shown: `b${reprString(value)}` } : { kind: 'string', value };
}

/** What stands between brackets; the cursor is at the opening one. */
function readItems(cursor: Cursor, close: string): { items: Literal[]; commas: number } {
  cursor.at += 1;
  cursor.depth += 1;
  if (cursor.depth > MAX_DEPTH) throw illFormed();
  const items: Literal[] = [];
  let commas = 0;
  while (skipSpace(cursor) !== close) {
    if (items.length > commas) throw illFormed();
    items.push(readLiteral(cursor));
    if (skipSpace(cursor) === ',') {
      cursor.at += 1;
      commas += 1;
    }
  }
  cursor.at += 1;
  cursor.depth -= 1;
  return { items, commas };
}

function readLiteral(cursor: Cursor): Literal {
  const char = skipSpace(cursor);
  if (char === '(') {
    const { items, commas } = readItems(cursor, ')');
    const [first] = items;
    return items.length === 1 && commas === 0 && first !== undefined ? first : { kind: 'tuple', items };
  }
  if (char === '[') return { kind: 'list', items: readItems(cursor, ']').items };
  const flags = take(cursor, prefix);
  if (flags !== null) return readStrings(cursor, flags);
  const digits = take(cursor, number);
  if (digits !== null) return { kind: 'other', shown: showNumber(digits) };
  const constant = constants.get(take(cursor, word) ?? '');
  if (constant === undefined) throw illFormed();
  return { kind: 'other', shown: repr(constant) };
}

function showNumber(digits: string): string {
  if (/^-?\d+$/.test(digits)) return digits;
  return Number.isInteger(Number(digits)) ? Number(digits).toFixed(1) : repr(Number(digits));
}

function show(literal: Literal): string {
  if (literal.kind === 'string') return reprString(literal.value);
  if (literal.kind === 'other') return literal.shown;
  const items = literal.items.map(show);
  if (literal.kind === 'list') return `[${items.join(', ')}]`;
  return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`;
}

/**
 * The strings of a list as it stands in a filter, parentheses included.
 * @throws `invalid_argument` when something in it is not a string, or when it is empty and may not be.
 */
export function readStringList(text: string, mayBeEmpty = false): string[] {
  const cursor: Cursor = { text, at: 0, depth: 0 };
  const whole = readLiteral(cursor);
  skipSpace(cursor);
  if (cursor.at < text.length) throw illFormed();
  const items = whole.kind === 'tuple' ? whole.items : [whole];
  if (items.length === 0 && !mayBeEmpty) {
    throw invalidArgument(`${EXPECTED} a non-empty list of string values, but got empty list`);
  }
  return items.map((item) => {
    if (item.kind === 'string') return item.value;
    throw invalidArgument(
      `${EXPECTED} string value, punctuation, or whitespace, but got different type in list: ` +
        show({ kind: 'tuple', items }),
    );
  });
}
