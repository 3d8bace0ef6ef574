import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { type Page, toPage } from '../domain/page.ts';
import type { NameScope } from '../domain/permission.ts';
import type { RegisteredModel } from '../domain/registered-model.ts';
import type { RegisteredModelOrderTerm, RegisteredModelSearch } from '../domain/search/registered-model.ts';
import type { SearchPage } from '../operations/ports/registered-model.ts';
import { allOf, direction, textTest } from './condition.ts';
import type { StoreContext } from './context.ts';
import type { Dialect } from './dialect.ts';
import { type LikeScope, likeScope, nameInScope } from './name-scope.ts';
import { type RegisteredModelRow, toRegisteredModel, wholeModel } from './registered-model-rows.ts';
import { searchStatement } from './search-statement.ts';
import { notPrompt, type TagTable, tagConditions } from './tag-condition.ts';

const TAGS: TagTable = {
  table: 'registered_model_tags',
  owner: sql<SqlBool>`t.workspace = rm.workspace and t.name = rm.name`,
};

/** One page in one statement. The page is cut first; only its rows get tags, aliases and latest versions. */
export async function searchRegisteredModels(
  context: StoreContext,
  search: RegisteredModelSearch,
  readable: NameScope | null,
  { limit, offset }: SearchPage,
): Promise<Page<RegisteredModel>> {
  const scope = likeScope(readable);
  const rows = await searchRows(context, { ...search, scope, limit: limit + 1, offset });
  return toPage(rows.map(toRegisteredModel), limit, offset);
}

interface ScopedSearch extends RegisteredModelSearch {
  readonly scope: LikeScope | null;
}

const searchRows = searchStatement<ScopedSearch & SearchPage, RegisteredModelRow>((context, search) => {
  const { dialect } = context;
  const order = sql.join(search.order.map((term) => orderTerm(dialect, term)));
  return sql`
      select ${wholeModel(dialect)} from (
        select * from registered_models rm where ${matches(context, search)}
        order by ${order} limit ${search.limit} offset ${search.offset}) as rm
      order by ${order}`;
});

/** How many match, counted no further than `limit`. */
export async function countRegisteredModels(
  context: StoreContext,
  search: RegisteredModelSearch,
  readable: NameScope | null,
  limit: number,
): Promise<number> {
  const scoped = { ...search, scope: likeScope(readable) };
  const { rows } = await sql<{ total: number }>`
    select count(*) as total from (
      select 1 from registered_models rm where ${matches(context, scoped)} limit ${limit}) as counted`.execute(
    context.db,
  );
  return rows[0]?.total ?? 0;
}

function matches({ dialect, workspace }: StoreContext, search: ScopedSearch): RawBuilder<SqlBool> {
  const tags = search.conditions.filter((condition) => condition.kind === 'tag');
  return allOf([
    sql<SqlBool>`rm.workspace = ${workspace}`,
    ...nameInScope(sql.ref<string>('rm.name'), search.scope),
    ...search.conditions
      .filter((condition) => condition.kind === 'attribute')
      .map((condition) => textTest(dialect, sql.ref<string>('rm.name'), condition)),
    ...tagConditions(dialect, TAGS, tags, search.excludePrompts),
    ...(search.excludePrompts
      ? [notPrompt('registered_model_tags', { name: sql.ref('rm.name'), workspace })]
      : []),
  ]);
}

function orderTerm(dialect: Dialect, { key, ascending }: RegisteredModelOrderTerm): RawBuilder<unknown> {
  const column =
    key === 'name' ? dialect.bytewise(sql.ref<string>('rm.name')) : sql.ref('rm.last_updated_time');
  return sql`${column} ${direction(ascending)}`;
}
