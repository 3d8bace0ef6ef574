/** How much of a JSON text is looked at. */
export interface JsonLimits {
  /** How deep arrays and objects are nested. */
  readonly depth: number;
  /** Members and elements, counted by what separates them. */
  readonly values: number;
  /** The longest run of digits outside strings, not counting what follows a decimal point. */
  readonly digits: number;
}

/**
 * What can be told of a JSON text without parsing it; of a text that is no JSON it may say anything. When a
 * limit is passed, the rest of the text is not looked at.
 */
export interface JsonShape extends JsonLimits {
  /** Keys, counted by their colons. */
  readonly keys: number;
  /** Whether a string has an escape by code point. */
  readonly escapes: boolean;
  /** Whether NaN or Infinity stands outside a string. */
  readonly bareConstant: boolean;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const UPPER_I = 0x49;
const UPPER_N = 0x4e;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** One pass over the text, in constant memory. */
export function scanJson(text: string, limits: JsonLimits): JsonShape {
  let level = 0;
  let depth = 0;
  let values = 0;
  let keys = 0;
  let run = 0;
  let digits = 0;
  let bareConstant = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c >= ZERO && c <= NINE) {
      run += 1;
      if (run > digits) digits = run;
      if (digits > limits.digits) break;
      continue;
    }
    // Digits after a point never bring the count above zero.
    run = c === POINT ? -text.length : 0;
    if (c === QUOTE) i = endOfString(text, i);
    else if (c === COLON) keys += 1;
    else if (c === COMMA || c === OPEN_OBJECT || c === OPEN_ARRAY) {
      values += 1;
      if (c !== COMMA) level += 1;
      if (level > depth) depth = level;
      if (depth > limits.depth || values > limits.values) break;
    } else if (c === CLOSE_OBJECT || c === CLOSE_ARRAY) level -= 1;
    else if (c === UPPER_N || c === UPPER_I) bareConstant = true;
  }
  return { depth, values, keys, digits, escapes: text.includes('\\u'), bareConstant };
}

/** The index of the quote that ends the string begun at `start`; the text's length when there is none. */
function endOfString(text: string, start: number): number {
  const end = text.indexOf('"', start + 1);
  if (end === -1) return text.length;
  if (text.charCodeAt(end - 1) !== BACKSLASH) return end;
  let i = start + 1;
  while (i < text.length && text.charCodeAt(i) !== QUOTE) i += text.charCodeAt(i) === BACKSLASH ? 2 : 1;
  return i;
}

/** The first key that one object of a valid JSON text has twice. */
export function findDuplicateKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  let latest = '';
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) {
      const end = endOfString(text, i);
      latest = text.slice(i, end + 1);
      i = end;
    } else if (c === OPEN_OBJECT) open.push(new Set());
    else if (c === CLOSE_OBJECT) open.pop();
    else if (c === COLON) {
      const key: string = JSON.parse(latest);
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}
