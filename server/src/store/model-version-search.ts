import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { ModelVersion } from '../domain/model-version.ts';
import { type Page, toPage } from '../domain/page.ts';
import type { NameScope } from '../domain/permission.ts';
import type {
  ModelVersionCondition,
  ModelVersionOrderTerm,
  ModelVersionSearch,
} from '../domain/search/model-version.ts';
import type { SearchPage } from '../operations/ports/registered-model.ts';
import { allOf, direction, numberTest, textTest } from './condition.ts';
import type { StoreContext } from './context.ts';
import type { Dialect } from './dialect.ts';
import {
  type ModelVersionRow,
  notDeleted,
  toModelVersion,
  versionColumns,
  versionTags,
} from './model-version-rows.ts';
import { type LikeScope, likeScope, nameInScope } from './name-scope.ts';
import { searchStatement } from './search-statement.ts';
import { notPrompt, type TagTable, tagConditions } from './tag-condition.ts';

const TAGS: TagTable = {
  table: 'model_version_tags',
  owner: sql<SqlBool>`t.workspace = mv.workspace and t.name = mv.name and t.version = mv.version`,
};

const taggedVersion = (dialect: Dialect) => sql`${versionColumns}, ${versionTags(dialect)} as tags`;

/** One page in one statement. The page is cut first; only its rows get their tags. */
export async function searchModelVersions(
  context: StoreContext,
  search: ModelVersionSearch,
  readable: NameScope | null,
  { limit, offset }: SearchPage,
): Promise<Page<ModelVersion>> {
  const scope = likeScope(readable);
  const rows = await searchRows(context, { ...search, scope, limit: limit + 1, offset });
  return toPage(rows.map(toModelVersion), limit, offset);
}

interface ScopedSearch extends ModelVersionSearch {
  readonly scope: LikeScope | null;
}

const searchRows = searchStatement<ScopedSearch & SearchPage, ModelVersionRow>((context, search) => {
  const { dialect, workspace } = context;
  const tags = search.conditions.filter((condition) => condition.kind === 'tag');
  const matches = allOf([
    sql<SqlBool>`mv.workspace = ${workspace} and ${notDeleted}`,
    ...nameInScope(sql.ref<string>('mv.name'), search.scope),
    ...search.conditions.flatMap((condition) => attributeTest(dialect, condition)),
    ...tagConditions(dialect, TAGS, tags, search.excludePrompts),
    ...(search.excludePrompts
      ? [notPrompt('model_version_tags', { name: sql.ref('mv.name'), workspace })]
      : []),
  ]);
  const order = sql.join(search.order.map((term) => orderTerm(dialect, term)));
  return sql`
    select ${taggedVersion(dialect)} from (
      select * from model_versions mv where ${matches}
      order by ${order} limit ${search.limit} offset ${search.offset}) as mv
    order by ${order}`;
});

const COLUMNS = { name: 'mv.name', run_id: 'mv.run_id', source_path: 'mv.source' } as const;

function attributeTest(dialect: Dialect, condition: ModelVersionCondition): RawBuilder<SqlBool>[] {
  if (condition.kind !== 'attribute') return [];
  if (condition.key === 'version_number') return [numberTest(sql.ref('mv.version'), condition)];
  return [textTest(dialect, sql.ref<string | null>(COLUMNS[condition.key]), condition)];
}

function orderTerm(dialect: Dialect, { key, ascending }: ModelVersionOrderTerm): RawBuilder<unknown> {
  return sql`${orderColumn(dialect, key)} ${direction(ascending)}`;
}

function orderColumn(dialect: Dialect, key: ModelVersionOrderTerm['key']): RawBuilder<unknown> {
  switch (key) {
    case 'name':
      return dialect.bytewise(sql.ref<string>('mv.name'));
    case 'version_number':
      return sql`mv.version`;
    case 'creation_timestamp':
      return sql`mv.creation_time`;
    case 'last_updated_timestamp':
      return sql`mv.last_updated_time`;
  }
}
