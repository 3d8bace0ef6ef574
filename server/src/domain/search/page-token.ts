import { invalidArgument } from '../errors.ts';
import { type PythonValue, readInteger, repr, reprBytes } from './python-text.ts';
import { decodeBase64, encodeJson, readJson } from './token-text.ts';

/** MLflow's page token: base64 of `{"offset": 2}`. Clients keep tokens across servers, so the form is fixed. */

/** `offset` is a whole number above 0. */
export function encodeOffsetToken(offset: number): string {
  return encodeJson(new Map([['offset', offset]]));
}

/**
 * The offset of a token; 0 for an empty one.
 * @throws `invalid_argument`. MLflow answers 500 where the token is base64 but no object, or its offset is
 * negative (PostgreSQL).
 */
export function parseOffsetToken(token: string): number {
  if (token === '') return 0;
  const bytes = decodeBase64(token);
  if (bytes === null) throw invalidArgument('Invalid page token, could not base64-decode');
  const value = readJson(bytes);
  if (value === undefined) throw invalidArgument(`Invalid page token, decoded value=${reprBytes(bytes)}`);
  const offset = value instanceof Map ? value.get('offset') : undefined;
  if (isFalsy(offset)) throw invalidArgument(`Invalid page token, parsed value=${repr(value)}`);
  const number = readOffset(offset);
  if (number === null) {
    throw invalidArgument(
      `Invalid page token, not stringable ${typeof offset === 'string' ? offset : repr(offset ?? null)}`,
    );
  }
  return number;
}

/** Python's notion of nothing. */
function isFalsy(value: PythonValue | undefined): boolean {
  if (value instanceof Map) return value.size === 0;
  if (Array.isArray(value)) return value.length === 0;
  return !value;
}

/** MLflow: a fraction is cut off, and digits may stand in quotes. */
export function readOffset(value: PythonValue | undefined): number | null {
  let number: bigint | null = null;
  if (typeof value === 'boolean') number = BigInt(value);
  else if (typeof value === 'bigint') number = value;
  else if (typeof value === 'number' && Number.isFinite(value)) number = BigInt(Math.trunc(value));
  else if (typeof value === 'string') number = readInteger(value);
  return number === null || number < 0n || number > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(number);
}
