import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { PROMPT_TAG } from '../domain/registered-model.ts';
import type { StringTest } from '../domain/search/condition.ts';
import { allOf, textTest } from './condition.ts';
import type { Dialect } from './dialect.ts';

/** A tag condition of a search of registered models or versions. */
export type TagCondition = { readonly kind: 'tag'; readonly key: string } & StringTest;

/** One of the two tag tables of the registry, and what ties its rows (`t`) to the row searched. */
export interface TagTable {
  readonly table: 'registered_model_tags' | 'model_version_tags';
  readonly owner: RawBuilder<SqlBool>;
}

/**
 * MLflow: all conditions on one key are about one row, keys are about separate rows; an absent key never
 * matches. While prompts are left out, conditions on the prompt tag itself do not count.
 *
 * `is true` keeps PostgreSQL from making joins of them: before the first ANALYZE it takes both sides for one row
 * and looks through all tags of the workspace once a row. So it probes by the key, or hashes what matches once.
 */
export function tagConditions(
  dialect: Dialect,
  tags: TagTable,
  conditions: readonly TagCondition[],
  excludePrompts: boolean,
): RawBuilder<SqlBool>[] {
  const byKey = Map.groupBy(conditions, (condition) => condition.key);
  if (excludePrompts) byKey.delete(PROMPT_TAG);
  return [...byKey].map(([key, tests]) => {
    const values = tests.map((test) => textTest(dialect, sql.ref<string | null>('t.value'), test));
    return sql<SqlBool>`(exists (select 1 from ${sql.table(tags.table)} t
      where ${tags.owner} and t.key = ${key} and ${allOf(values)})) is true`;
  });
}

/**
 * The row searched belongs to no prompt: neither its model nor, for versions, any version says so. The names of
 * prompts are gathered once a statement: looked up once a row, without statistics, PostgreSQL may take the index
 * that leads through all tags of the model.
 */
export function notPrompt(
  table: TagTable['table'],
  owner: { name: RawBuilder<unknown>; workspace: string },
): RawBuilder<SqlBool> {
  return sql<SqlBool>`${owner.name} not in (select distinct t.name from ${sql.table(table)} t
    where t.workspace = ${owner.workspace} and t.key = ${PROMPT_TAG} and t.value = 'true')`;
}
