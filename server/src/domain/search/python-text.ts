/**
 * How Python shows and reads values. MLflow's messages carry such text, and clients match on messages.
 */
export type PythonValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly PythonValue[]
  | ReadonlyMap<string, PythonValue>;

const escapes = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\\', '\\\\'],
]);

function escapeUnprintable(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code <= 0xffff
    ? `\\u${code.toString(16).padStart(4, '0')}`
    : `\\U${code.toString(16).padStart(8, '0')}`;
}

/** `repr()` of a str: in single quotes, unless it has such and no double ones. */
export function reprString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(/[\\\p{C}\p{Z}]/gu, (char) => {
    return char === ' ' ? char : (escapes.get(char) ?? escapeUnprintable(char));
  });
  return quote + (quote === "'" ? body.replaceAll("'", "\\'") : body) + quote;
}

/** `repr()` of bytes. */
export function reprBytes(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(/[^\x20-\x5b\x5d-\x7e]/g, (char) => escapes.get(char) ?? escapeUnprintable(char));
  return `b${quote}${quote === "'" ? body.replaceAll("'", "\\'") : body}${quote}`;
}

/** `repr()` of a float: always with a point or an exponent, which has two digits at least. */
export function reprFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  return Number.isInteger(value) ? `${Object.is(value, -0) ? '-0' : value}.0` : String(value);
}

/** `repr()` of a value as JSON gives it; numbers without a fraction show as int. */
export function repr(value: PythonValue): string {
  if (typeof value === 'string') return reprString(value);
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value).toString() : reprFloat(value);
  if (typeof value === 'bigint') return value.toString();
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value instanceof Map) {
    return `{${[...value].map(([key, item]) => `${reprString(key)}: ${repr(item)}`).join(', ')}}`;
  }
  return `[${(value as readonly PythonValue[]).map(repr).join(', ')}]`;
}

/** A set as MLflow's messages show it. Python's own order is random; this is the order given. */
export function reprSet(members: readonly string[]): string {
  return `{${members.map(reprString).join(', ')}}`;
}

const integerText = /^[+-]?\d+(?:_\d+)*$/;
const floatText = /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/i;
const specialFloats = new Map([
  ['inf', Number.POSITIVE_INFINITY],
  ['infinity', Number.POSITIVE_INFINITY],
  ['nan', Number.NaN],
]);
/** Python reads no longer ones. */
const MAX_INTEGER_DIGITS = 4_300;

/** `int(text)`; null where Python raises. Other than Python, knows no digits but 0–9. */
export function readInteger(text: string): bigint | null {
  const trimmed = text.trim();
  if (trimmed.length > MAX_INTEGER_DIGITS || !integerText.test(trimmed)) return null;
  const digits = trimmed.replaceAll('_', '').replace(/^\+/, '');
  return BigInt(digits.startsWith('-') ? digits.slice(1) : digits) * (digits.startsWith('-') ? -1n : 1n);
}

/** `float(text)`; null where Python raises. */
export function readFloat(text: string): number | null {
  const trimmed = text.trim();
  if (floatText.test(trimmed)) return Number(trimmed.replaceAll('_', ''));
  const special = specialFloats.get(trimmed.replace(/^[+-]/, '').toLowerCase());
  if (special === undefined) return null;
  return trimmed.startsWith('-') ? -special : special;
}
