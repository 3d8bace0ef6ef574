import { invalidArgument } from '../../domain/errors.ts';
import { findDuplicateKey, type JsonLimits, type JsonShape, scanJson } from './json-scan.ts';

/** What JSON can say; integers beyond 2^53 arrive as exact bigints. */
export type JsonValue = null | boolean | number | bigint | string | readonly JsonValue[] | JsonObject;

/** Keys are the caller's: read them by names of your own, or put them into a Map. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** A body that is JSON, or why it is not. */
export type JsonReading =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly reason: string };

/** Ten times what the greatest legitimate body has (a batch of 1,000 metrics). */
const LIMITS: JsonLimits = { depth: 100, values: 100_000, digits: 400 };

/**
 * JSON text (or its bytes in UTF-8) → value, read once and exactly. Refused beyond JSON's own grammar:
 * nesting over 100, over 100,000 values, digit runs over 400, numbers beyond a double, a key given twice
 * in one object, NUL and lone surrogates in any string.
 * @throws `invalid_argument` with a sentence that says which.
 */
export function parseStrictJson(text: string | Uint8Array): JsonValue {
  const reading = readStrictJson(text);
  if (!reading.ok) throw invalidArgument(reading.reason);
  return reading.value;
}

/** As `parseStrictJson`, but text that is no JSON at all is an answer and not an error. */
export function readStrictJson(input: string | Uint8Array): JsonReading {
  const text = typeof input === 'string' ? input : decodeUtf8(input);
  if (text === null) return { ok: false, reason: 'The body is not JSON: it is not UTF-8.' };
  const shape = scanJson(text, LIMITS);
  refuseExcess(shape);
  let value: JsonValue;
  try {
    value = shape.digits >= 16 ? parseExactIntegers(text) : JSON.parse(text);
  } catch {
    if (shape.bareConstant)
      throw invalidArgument(
        'The body is not JSON: NaN and Infinity must be written in quotes, "NaN", "Infinity", "-Infinity".',
      );
    return { ok: false, reason: 'The body is not JSON.' };
  }
  const check = { keys: 0, strings: shape.escapes || !text.isWellFormed() };
  inspect(value, check);
  if (check.keys !== shape.keys)
    throw invalidArgument(`The key ${JSON.stringify(findDuplicateKey(text))} is given twice in one object.`);
  return { ok: true, value };
}

// MLflow: a byte order mark is skipped.
function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function refuseExcess({ depth, values, digits }: JsonShape): void {
  if (depth > LIMITS.depth) throw invalidArgument(`The body is nested deeper than ${LIMITS.depth} levels.`);
  if (values > LIMITS.values) throw invalidArgument(`The body has more than ${LIMITS.values} values.`);
  if (digits > LIMITS.digits)
    throw invalidArgument(`The body has a number of more than ${LIMITS.digits} digits.`);
}

/** Slower than a plain parse, so only for texts with a run of digits that a double may not hold. */
function parseExactIntegers(text: string): JsonValue {
  const exact = (_key: string, value: unknown, context: { source?: string }): unknown => {
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
    const source = context.source ?? '';
    return /^-?[0-9]+$/.test(source) ? BigInt(source) : value;
  };
  // TypeScript's library does not know the third parameter yet.
  return JSON.parse(text, exact as (key: string, value: unknown) => unknown);
}

/** Counts the keys that are left after parsing, and looks at what the scan cannot see. */
function inspect(value: JsonValue, check: { keys: number; strings: boolean }): void {
  if (typeof value === 'string') {
    if (check.strings) checkText(value);
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw invalidArgument('The body has a number beyond the range of a double.');
  } else if (Array.isArray(value)) {
    for (const item of value) inspect(item, check);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      check.keys += 1;
      if (check.strings) checkText(key);
      inspect(item, check);
    }
  }
}

function checkText(text: string): void {
  if (text.includes('\0')) throw invalidArgument('The body has a NUL character in a string.');
  if (!text.isWellFormed()) throw invalidArgument('The body has a lone surrogate in a string.');
}
