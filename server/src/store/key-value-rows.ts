import { type RawBuilder, sql } from 'kysely';
import { compareBytewise } from '../domain/bytewise-order.ts';
import type { Tag } from '../domain/tag.ts';
import type { Dialect } from './dialect.ts';

/**
 * The rows `key, value` of a select as one JSON text; `toTags` reads and sorts it. The select has no order:
 * SQLite would rather walk a whole table in that order than use the index on what the rows belong to.
 */
export function keyValueLists(dialect: Dialect, select: RawBuilder<unknown>): RawBuilder<string> {
  return dialect.jsonLists(sql`(${select})`, ['key', 'value']);
}

const NONE: Tag[] = [];

/** What `keyValueLists` made, by key; MLflow's value columns are nullable. */
export function toTags(json: string): Tag[] {
  if (json === '[]') return NONE;
  const rows = JSON.parse(json) as [key: string, value: string | null][];
  return rows
    .map(([key, value]) => ({ key, value: value ?? '' }))
    .sort((a, b) => compareBytewise(a.key, b.key));
}
