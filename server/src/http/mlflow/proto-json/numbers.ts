import { fitsInt64, type Int64, toInt64 } from '../../../domain/int64.ts';
import type { JsonValue } from '../../plugins/strict-json.ts';

const INTEGER_TEXT = /^([+-]?[0-9]{1,400})(?:\.0*)?$/;
const DOUBLE_TEXT = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?$/;

/**
 * An int64 as protobuf's JSON gives it: a number, a numeric text, `1.0`; null for anything else and beyond
 * 64 bits. MLflow: also takes `"1e3"`, `"1_000"` and lets `1.5` slip into a half-read message; refused here.
 */
export function readInt64(value: JsonValue): Int64 | null {
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
    return Number.isInteger(value) ? inRange(BigInt(value)) : null;
  }
  if (typeof value === 'bigint') return inRange(value);
  if (typeof value !== 'string') return null;
  const digits = INTEGER_TEXT.exec(value)?.[1];
  return digits === undefined ? null : inRange(BigInt(digits.startsWith('+') ? digits.slice(1) : digits));
}

/** As `readInt64`, for 32 bits. */
export function readInt32(value: JsonValue): number | null {
  const number = readInt64(value);
  return typeof number === 'number' && number >= -(2 ** 31) && number < 2 ** 31 ? number : null;
}

/**
 * A double: a number, a numeric text, the texts `NaN`, `Infinity`, `-Infinity`; null for anything else and for
 * numbers too great for a double. MLflow: `true` is 1.
 */
export function readDouble(value: JsonValue): number | null {
  if (typeof value === 'string') return readDoubleText(value);
  if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'boolean') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

function readDoubleText(text: string): number | null {
  if (DOUBLE_TEXT.test(text)) {
    const number = Number(text);
    return Number.isFinite(number) ? number : null;
  }
  // MLflow: as Python reads them, in any case, except that protobuf refuses a plain `nan`.
  switch (text === 'nan' ? '' : text.toLowerCase()) {
    case 'nan':
    case '+nan':
    case '-nan':
      return Number.NaN;
    case 'inf':
    case '+inf':
    case 'infinity':
    case '+infinity':
      return Number.POSITIVE_INFINITY;
    case '-inf':
    case '-infinity':
      return Number.NEGATIVE_INFINITY;
    default:
      return null;
  }
}

function inRange(value: bigint): Int64 | null {
  return fitsInt64(value) ? toInt64(value) : null;
}
