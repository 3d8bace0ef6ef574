import type { Int64 } from '../domain/int64.ts';

/** A value in the JSON of `Dialect.jsonTable`. */
export type JsonCell = string | boolean | null | Int64;

/** The parameter of `Dialect.jsonTable`; integers beyond 2^53 stand there as texts. */
export function jsonTableText(rows: readonly (readonly JsonCell[])[]): string {
  try {
    return JSON.stringify(rows);
  } catch {
    // A bigint is what JSON.stringify refuses; a replacer costs too much where there is none.
    return JSON.stringify(rows, (_key, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
  }
}
