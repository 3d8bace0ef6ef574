/** One page of a search; `nextOffset` is where the next begins, null at the end. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextOffset: number | null;
}

/** Cuts the one row too many that tells whether there is another page. */
export function toPage<T>(rows: readonly T[], limit: number, offset: number): Page<T> {
  return rows.length > limit
    ? { items: rows.slice(0, limit), nextOffset: offset + limit }
    : { items: rows, nextOffset: null };
}
