import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { stagesOf } from '../domain/lifecycle.ts';
import { type Page, toPage } from '../domain/page.ts';
import type { Run } from '../domain/run.ts';
import type { RunCondition, RunOrderTerm, RunSearch } from '../domain/search/run.ts';
import type { SearchPage } from '../operations/ports/registered-model.ts';
import type { RunScope } from '../operations/ports/run.ts';
import { allOf, direction, numberTest, textTest } from './condition.ts';
import { hotStatement, type StoreContext } from './context.ts';
import type { Dialect, JsonColumn } from './dialect.ts';
import { jsonTableText } from './json-table.ts';
import { type RunRow, toRun, wholeRun } from './run-rows.ts';
import { searchStatement } from './search-statement.ts';

const CHUNK = 500;
const RUN_ID: readonly JsonColumn[] = [['run_uuid', 'text']];
const CONTEXT_TAG = 'mlflow.data.context';
const TABLES = { metric: 'latest_metrics', param: 'params', tag: 'tags' } as const;
const COLUMNS = {
  run_id: 'r.run_uuid',
  run_name: 'r.name',
  user_id: 'r.user_id',
  status: 'r.status',
  artifact_uri: 'r.artifact_uri',
  start_time: 'r.start_time',
  end_time: 'r.end_time',
} as const;

/** The ids of the page in one statement, then its runs, 500 in one statement. */
export async function searchRuns(
  context: StoreContext,
  search: RunSearch,
  scope: RunScope,
  { limit, offset }: SearchPage,
): Promise<Page<Run>> {
  if (scope.experimentIds.length === 0) return { items: [], nextOffset: null };
  const rows = await searchIds(context, { ...search, ...scope, limit: limit + 1, offset });
  const page = toPage(
    rows.map((row) => row.run_uuid),
    limit,
    offset,
  );
  const runs = await findRuns(context, page.items);
  return { items: page.items.flatMap((id) => runs.get(id) ?? []), nextOffset: page.nextOffset };
}

const searchIds = searchStatement<RunSearch & RunScope & SearchPage, { run_uuid: string }>(
  (context, search) => {
    const { joins, order } = ordering(search.order);
    return sql`
      select r.run_uuid from runs r ${joins} where ${matches(context, search, search)}
      order by ${order} limit ${search.limit} offset ${search.offset}`;
  },
);

// To SQLite a cross join is also the order of the walk; by itself it would begin with all runs of the workspace.
const findRunRows = hotStatement<{ workspace: string; runIds: string }, RunRow>(
  (dialect, value) => sql`
    select ${wholeRun(dialect)} from ${dialect.jsonTable(value('runIds'), RUN_ID)} as one
    cross join runs r cross join experiments e
    where r.run_uuid = one.run_uuid and e.experiment_id = r.experiment_id and e.workspace = ${value('workspace')}`,
);

/** The whole runs of those that exist, by id; `CHUNK` in one statement. */
export async function findRuns(context: StoreContext, runIds: readonly string[]): Promise<Map<string, Run>> {
  const { workspace } = context;
  const found = new Map<string, Run>();
  for (let from = 0; from < runIds.length; from += CHUNK) {
    const asked = jsonTableText(runIds.slice(from, from + CHUNK).map((runId) => [runId]));
    const rows = await findRunRows(context, { workspace, runIds: asked });
    for (const row of rows) found.set(row.run_uuid, toRun(row));
  }
  return found;
}

function matches(context: StoreContext, search: RunSearch, scope: RunScope): RawBuilder<SqlBool> {
  return allOf([
    oneOf('r.experiment_id', scope.experimentIds),
    oneOf('r.lifecycle_stage', stagesOf(scope.view)),
    sql<SqlBool>`exists (select 1 from experiments e
      where e.experiment_id = r.experiment_id and e.workspace = ${context.workspace})`,
    ...search.conditions.map((condition) => conditionSql(context.dialect, condition)),
  ]);
}

/** A single value is compared directly: then the index that gives the order of the page can be used. */
function oneOf(column: string, values: readonly (string | number)[]): RawBuilder<SqlBool> {
  return values.length === 1
    ? sql<SqlBool>`${sql.ref(column)} = ${values[0]}`
    : sql<SqlBool>`${sql.ref(column)} in (${sql.join(values)})`;
}

function conditionSql(dialect: Dialect, condition: RunCondition): RawBuilder<SqlBool> {
  switch (condition.kind) {
    case 'attribute':
      return attributeSql(dialect, condition);
    case 'metric': {
      // MLflow: NaN, stored as 0, matches `!=` alone.
      const value = numberTest(sql.ref('d.value'), condition);
      const test =
        condition.comparator === '!=' ? sql`(${value} or d.is_nan)` : sql`${value} and not d.is_nan`;
      return dataExists('metric', condition.key, test);
    }
    case 'dataset':
      return datasetSql(dialect, condition);
    default:
      return keyValueSql(dialect, condition);
  }
}

function attributeSql(
  dialect: Dialect,
  condition: Extract<RunCondition, { kind: 'attribute' }>,
): RawBuilder<SqlBool> {
  switch (condition.key) {
    case 'start_time':
    case 'end_time':
      return numberTest(sql.ref(COLUMNS[condition.key]), condition);
    default:
      return textTest(dialect, sql.ref<string | null>(COLUMNS[condition.key]), condition);
  }
}

function keyValueSql(
  dialect: Dialect,
  condition: Extract<RunCondition, { kind: 'param' | 'tag' }>,
): RawBuilder<SqlBool> {
  const { kind, key } = condition;
  if (condition.value === null) {
    const row = dataExists(kind, key, sql`1 = 1`);
    return condition.comparator === 'IS NULL' ? sql<SqlBool>`not ${row}` : row;
  }
  return dataExists(kind, key, textTest(dialect, sql.ref<string | null>('d.value'), condition));
}

function dataExists(kind: keyof typeof TABLES, key: string, test: RawBuilder<unknown>): RawBuilder<SqlBool> {
  return sql<SqlBool>`exists (select 1 from ${sql.table(TABLES[kind])} d
    where d.run_uuid = r.run_uuid and d.key = ${key} and ${test})`;
}

function datasetSql(
  dialect: Dialect,
  condition: Extract<RunCondition, { kind: 'dataset' }>,
): RawBuilder<SqlBool> {
  const edge = sql`from inputs i join datasets d on d.dataset_uuid = i.source_id
    where i.destination_type = 'RUN' and i.destination_id = r.run_uuid and i.source_type = 'DATASET'`;
  if (condition.key !== 'context')
    return sql<SqlBool>`exists (select 1 ${edge}
      and ${textTest(dialect, sql.ref<string>(`d.${condition.key}`), condition)})`;
  return sql<SqlBool>`exists (select 1 ${edge} and exists (select 1 from input_tags t
    where t.input_uuid = i.input_uuid and t.name = ${CONTEXT_TAG}
      and ${textTest(dialect, sql.ref<string>('t.value'), condition)}))`;
}

/** What is missing comes last in both directions, NaN just before it. */
function ordering(terms: readonly RunOrderTerm[]): {
  joins: RawBuilder<unknown>;
  order: RawBuilder<unknown>;
} {
  const joins: RawBuilder<unknown>[] = [];
  const order = terms.flatMap((term, index): RawBuilder<unknown>[] => {
    const by = direction(term.ascending);
    if (term.kind === 'attribute') {
      const column = sql.ref(COLUMNS[term.key]);
      // Every run has an id, and newest first is the order of the index; both come as they are.
      if (term.key === 'run_id' || (term.key === 'start_time' && !term.ascending))
        return [sql`${column} ${by}`];
      return [sql`case when ${column} is null then 1 else 0 end`, sql`${column} ${by}`];
    }
    const alias = `o${index}`;
    const value = sql.ref(`${alias}.value`);
    joins.push(sql`left join ${sql.table(TABLES[term.kind])} as ${sql.ref(alias)}
      on ${sql.ref(`${alias}.run_uuid`)} = r.run_uuid and ${sql.ref(`${alias}.key`)} = ${term.key}`);
    const nan = term.kind === 'metric' ? sql`when ${sql.ref(`${alias}.is_nan`)} then 1` : sql``;
    return [sql`case ${nan} when ${value} is null then 2 else 0 end`, sql`${value} ${by}`];
  });
  return { joins: sql.join(joins, sql` `), order: sql.join(order) };
}
