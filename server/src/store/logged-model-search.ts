import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { DatasetFilter, LoggedModel } from '../domain/logged-model.ts';
import { type Page, toPage } from '../domain/page.ts';
import type { ListTest, NumberTest, StringTest } from '../domain/search/condition.ts';
import type {
  LoggedModelCondition,
  LoggedModelOrderTerm,
  LoggedModelSearch,
} from '../domain/search/logged-model.ts';
import type { LoggedModelScope } from '../operations/ports/logged-model.ts';
import type { SearchPage } from '../operations/ports/registered-model.ts';
import { allOf, direction, textTest } from './condition.ts';
import { fixedFragment, type StoreContext } from './context.ts';
import type { Dialect } from './dialect.ts';
import { type LoggedModelRow, toLoggedModel, wholeLoggedModel } from './logged-model-rows.ts';

const NEVER = sql<SqlBool>`1 = 0`;

/** One page in one statement. The page is cut first; only its rows get their data. */
export async function searchLoggedModels(
  context: StoreContext,
  search: LoggedModelSearch,
  scope: LoggedModelScope,
  { limit, offset }: SearchPage,
): Promise<Page<LoggedModel>> {
  if (scope.experimentIds.length === 0) return { items: [], nextOffset: null };
  const { db, dialect, workspace } = context;
  const order = search.order.map((term, index) => orderTerm(dialect, term, index));
  const values = order.flatMap(({ value }) => (value === null ? [] : [sql`, ${value}`]));
  const by = sql.join(order.map(({ clause }) => clause));
  const { rows } = await sql<LoggedModelRow>`
    select ${fixedFragment(context, wholeLoggedModel)} from (
      select * from (
        select lm.* ${values.length === 0 ? sql`` : sql.join(values, sql` `)} from logged_models lm
        where ${allOf([...belongs(scope), ...conditions(dialect, search, scope.datasets)])}) as lm
      order by ${by} limit ${limit + 1} offset ${offset}) as lm
    join experiments e on e.experiment_id = lm.experiment_id and e.workspace = ${workspace}
    order by ${by}`.execute(db);
  return toPage(rows.map(toLoggedModel), limit, offset);
}

function belongs({ experimentIds }: LoggedModelScope): RawBuilder<SqlBool>[] {
  const [only] = experimentIds;
  return [
    // One experiment is a range of the index that has the default order.
    experimentIds.length === 1
      ? sql<SqlBool>`lm.experiment_id = ${only}`
      : sql<SqlBool>`lm.experiment_id in (${sql.join(experimentIds)})`,
    sql<SqlBool>`lm.lifecycle_stage <> 'deleted'`,
  ];
}

function conditions(
  dialect: Dialect,
  search: LoggedModelSearch,
  datasets: readonly DatasetFilter[],
): RawBuilder<SqlBool>[] {
  const tests = search.conditions.map((condition) => conditionTest(dialect, condition, datasets));
  if (datasets.length === 0 || search.conditions.some(({ kind }) => kind === 'metric')) return tests;
  return [...tests, metricExists([onDatasets(datasets)])];
}

function conditionTest(
  dialect: Dialect,
  condition: LoggedModelCondition,
  datasets: readonly DatasetFilter[],
): RawBuilder<SqlBool> {
  switch (condition.kind) {
    case 'attribute':
      return attributeTest(dialect, condition);
    case 'metric':
      return metricExists([
        sql<SqlBool>`m.metric_name = ${condition.key}`,
        numberTest(sql`m.metric_value`, condition),
        ...(datasets.length === 0 ? [] : [onDatasets(datasets)]),
      ]);
    case 'param':
      return sql<SqlBool>`exists (select 1 from logged_model_params p where p.model_id = lm.model_id
        and p.param_key = ${condition.key} and ${valueTest(dialect, sql`p.param_value`, condition)})`;
    case 'tag':
      return sql<SqlBool>`exists (select 1 from logged_model_tags t where t.model_id = lm.model_id
        and t.tag_key = ${condition.key} and ${valueTest(dialect, sql`t.tag_value`, condition)})`;
  }
}

const TIMES = {
  creation_timestamp: sql`lm.creation_timestamp_ms`,
  last_updated_timestamp: sql`lm.last_updated_timestamp_ms`,
} as const;

function attributeTest(
  dialect: Dialect,
  condition: Extract<LoggedModelCondition, { kind: 'attribute' }>,
): RawBuilder<SqlBool> {
  switch (condition.key) {
    case 'creation_timestamp':
    case 'last_updated_timestamp':
      return numberTest(TIMES[condition.key], condition);
    case 'status':
      return valueTest(dialect, sql`cast(lm.status as varchar(11))`, condition);
    default:
      return valueTest(dialect, sql.ref(`lm.${condition.key}`), condition);
  }
}

/** As `textTest`; a list may be empty here. */
function valueTest(
  dialect: Dialect,
  column: RawBuilder<unknown>,
  test: StringTest | ListTest,
): RawBuilder<SqlBool> {
  if (test.comparator === 'IN' && test.value.length === 0) return NEVER;
  if (test.comparator === 'NOT IN' && test.value.length === 0) return sql<SqlBool>`${column} is not null`;
  return textTest(dialect, column as RawBuilder<string | null>, test);
}

/** A comparison with a double, also of whole numbers. A NaN equals nothing and differs from nothing. */
function numberTest(column: RawBuilder<unknown>, { comparator, value }: NumberTest): RawBuilder<SqlBool> {
  if (Number.isNaN(value)) return NEVER;
  return sql<SqlBool>`${column} ${sql.raw(comparator)} cast(${value} as double precision)`;
}

function metricExists(tests: readonly RawBuilder<SqlBool>[]): RawBuilder<SqlBool> {
  return sql<SqlBool>`exists (select 1 from logged_model_metrics m
    where m.model_id = lm.model_id and ${allOf(tests)})`;
}

/** MLflow: over HTTP a filter without a digest finds only metrics that have none; here it means any digest. */
function onDatasets(datasets: readonly DatasetFilter[]): RawBuilder<SqlBool> {
  const each = datasets.map(({ name, digest }) => onDataset(name, digest));
  return sql<SqlBool>`(${sql.join(each, sql` or `)})`;
}

function onDataset(name: string | null, digest: string | null): RawBuilder<SqlBool> {
  return allOf([
    ...(name === null ? [] : [sql<SqlBool>`m.dataset_name = ${name}`]),
    ...(digest === null ? [] : [sql<SqlBool>`m.dataset_digest = ${digest}`]),
  ]);
}

const COLUMNS = {
  name: 'lm.name',
  model_id: 'lm.model_id',
  model_type: 'lm.model_type',
  status: 'lm.status',
  source_run_id: 'lm.source_run_id',
  creation_timestamp: 'lm.creation_timestamp_ms',
  last_updated_timestamp: 'lm.last_updated_timestamp_ms',
} as const;

/** The clause that orders, and what has to be selected for it. */
interface OrderSql {
  readonly clause: RawBuilder<unknown>;
  readonly value: RawBuilder<unknown> | null;
}

function orderTerm(dialect: Dialect, term: LoggedModelOrderTerm, index: number): OrderSql {
  const towards = direction(term.ascending);
  if (term.kind === 'metric') {
    // The order is asked for inside and outside of the cut; the value is computed once, inside.
    const alias = sql.ref(`order_${index}`);
    return { clause: nullsLast(alias, towards), value: sql`${latestMetric(term)} as ${alias}` };
  }
  const column = sql.ref<string>(COLUMNS[term.key]);
  switch (term.key) {
    case 'name':
      return { clause: sql`${dialect.bytewise(column)} ${towards}`, value: null };
    case 'model_type':
    case 'source_run_id':
      return { clause: nullsLast(column, towards, dialect.bytewise(column)), value: null };
    default:
      return { clause: sql`${column} ${towards}`, value: null };
  }
}

function nullsLast(
  value: RawBuilder<unknown>,
  towards: RawBuilder<unknown>,
  sorted: RawBuilder<unknown> = value,
): RawBuilder<unknown> {
  return sql`${value} is null, ${sorted} ${towards}`;
}

function latestMetric(term: Extract<LoggedModelOrderTerm, { kind: 'metric' }>): RawBuilder<unknown> {
  return sql`(select m.metric_value from logged_model_metrics m
    where m.model_id = lm.model_id and m.metric_name = ${term.key}
      and ${onDataset(term.datasetName, term.datasetDigest)}
    order by m.metric_timestamp_ms desc, m.metric_step desc, m.run_id limit 1)`;
}
