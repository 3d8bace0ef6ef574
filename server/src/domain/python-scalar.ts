import { reprFloat } from './search/python-text.ts';

/** What JSON can say in one word. */
export type Scalar = string | number | boolean | null;

const INTEGER = /^-?[0-9]+$/;

/**
 * A JSON value as MLflow's Python client would log it: `str()` of what Python's json module reads (`True`,
 * `None`, `1e-07`). `source` is the number's text in the JSON, which tells `1` from `1.0`; without it a whole
 * number counts as an integer.
 */
export function pythonText(value: Scalar, source?: string): string {
  if (typeof value === 'string') return value;
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (source !== undefined) return INTEGER.test(source) ? BigInt(source).toString() : reprFloat(value);
  return Number.isInteger(value) ? BigInt(value).toString() : reprFloat(value);
}
