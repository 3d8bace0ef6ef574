import type { ColumnType } from 'kysely';
import type { Int64 } from '../../domain/int64.ts';

/**
 * A boolean column. Written as a JS boolean on both engines (the SQLite driver binds it as 0 or 1);
 * PostgreSQL reads it as a boolean, SQLite as 0 or 1: read it with `toBoolean`.
 */
export type BooleanColumn = ColumnType<boolean | number, boolean, boolean>;

/** A BIGINT column that the database fills when it is not given. */
export type DefaultedInt64 = ColumnType<Int64, Int64 | undefined, Int64>;

/** What a `BooleanColumn` holds, whichever engine answered. */
export function toBoolean(value: boolean | number): boolean {
  return value === true || value === 1;
}

/** A column that is written once and never updated. */
export type Fixed<T> = ColumnType<T, T, never>;
