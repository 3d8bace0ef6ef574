import { type RawBuilder, sql } from 'kysely';
import { type Int64, toInt64 } from '../domain/int64.ts';

/** A BIGINT column as a text: so an integer beyond 2^53 goes through JSON unharmed. */
export function exactText(column: string): RawBuilder<string> {
  return sql`cast(${sql.ref(column)} as varchar(20))`;
}

/** Reads what `exactText` made. */
export function fromExactText(text: string): Int64 {
  return text.length < 16 ? Number(text) : toInt64(BigInt(text));
}
