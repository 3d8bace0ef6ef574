import type { PythonValue } from './python-text.ts';

/** How Python writes and reads what page tokens hold: JSON with spaces and ASCII alone, in base64. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const places = new Map([...ALPHABET].map((char, place) => [char, place]));
/** Longer tokens are none of ours: a token repeats a filter at most. */
const MAX_TOKEN_LENGTH = 2_000_000;
const MAX_DEPTH = 50;

/**
 * The bytes, or null when the text is no base64. Python: other characters are passed over, and what follows
 * complete padding does not count.
 */
export function decodeBase64(text: string): Uint8Array | null {
  if (text.length > MAX_TOKEN_LENGTH || /[^\0-\x7f]/.test(text)) return null;
  const bytes = new Uint8Array(Math.ceil((text.length * 3) / 4));
  let size = 0;
  let digits = 0;
  let padding = 0;
  let bits = 0;
  for (const char of text) {
    const place = places.get(char);
    if (char === '=') {
      padding += 1;
      if (digits >= 2 && digits + padding >= 4) return bytes.subarray(0, size);
    } else if (place !== undefined) {
      padding = 0;
      bits = ((bits << 6) | place) & 0xffff;
      digits = (digits + 1) % 4;
      if (digits !== 1) {
        bytes[size] = (bits >> (digits === 2 ? 4 : digits === 3 ? 2 : 0)) & 0xff;
        size += 1;
      }
    }
  }
  return digits === 0 ? bytes.subarray(0, size) : null;
}

function writeString(text: string): string {
  return JSON.stringify(text).replace(
    /[\x7f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function write(value: PythonValue): string {
  if (typeof value === 'string') return writeString(value);
  if (value instanceof Map) {
    return `{${[...value].map(([key, item]) => `${writeString(key)}: ${write(item)}`).join(', ')}}`;
  }
  if (Array.isArray(value)) return `[${value.map(write).join(', ')}]`;
  return String(value);
}

/** `base64(json.dumps(value))`. */
export function encodeJson(value: PythonValue): string {
  return btoa(write(value));
}

/** An object of JSON as a Map, so that no key means anything to JavaScript. */
function toPython(value: unknown, depth: number): PythonValue | undefined {
  if (depth > MAX_DEPTH) return undefined;
  if (value === null || typeof value !== 'object') return value as PythonValue;
  if (Array.isArray(value)) {
    const items = value.map((item) => toPython(item, depth + 1));
    return items.includes(undefined) ? undefined : (items as PythonValue[]);
  }
  const entries = Object.entries(value).map(([key, item]) => [key, toPython(item, depth + 1)] as const);
  return entries.some(([, item]) => item === undefined)
    ? undefined
    : new Map(entries as (readonly [string, PythonValue])[]);
}

/** The value that the bytes hold as JSON in UTF-8; undefined when they hold none. */
export function readJson(bytes: Uint8Array): PythonValue | undefined {
  try {
    return toPython(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)), 0);
  } catch {
    return undefined;
  }
}
