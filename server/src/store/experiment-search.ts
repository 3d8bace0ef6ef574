import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Experiment } from '../domain/experiment.ts';
import { stagesOf } from '../domain/lifecycle.ts';
import { type Page, toPage } from '../domain/page.ts';
import type {
  ExperimentCondition,
  ExperimentOrderTerm,
  ExperimentSearch,
} from '../domain/search/experiment.ts';
import type { ExperimentScope } from '../operations/ports/experiment.ts';
import type { SearchPage } from '../operations/ports/registered-model.ts';
import { allOf, direction, numberTest, textTest } from './condition.ts';
import type { StoreContext } from './context.ts';
import type { Dialect } from './dialect.ts';
import { type ExperimentRow, toExperiment, wholeExperiment } from './experiment-rows.ts';
import { likeScope, nameInScope } from './name-scope.ts';

/** One page in one statement. The page is cut first; only its rows get their tags. */
export async function searchExperiments(
  { db, dialect, workspace }: StoreContext,
  search: ExperimentSearch,
  scope: ExperimentScope,
  { limit, offset }: SearchPage,
): Promise<Page<Experiment>> {
  const order = sql.join(search.order.map((term) => orderTerm(dialect, term)));
  const matches = allOf([
    sql<SqlBool>`e.workspace = ${workspace}`,
    sql<SqlBool>`e.lifecycle_stage in (${sql.join(stagesOf(scope.view))})`,
    ...nameInScope(sql.ref<string>('e.name'), likeScope(scope.readable)),
    ...search.conditions.map((condition) => conditionSql(dialect, condition)),
  ]);
  const { rows } = await sql<ExperimentRow>`
    select ${wholeExperiment(dialect)} from (
      select * from experiments e where ${matches}
      order by ${order} limit ${limit + 1} offset ${offset}) as e
    order by ${order}`.execute(db);
  return toPage(rows.map(toExperiment), limit, offset);
}

function conditionSql(dialect: Dialect, condition: ExperimentCondition): RawBuilder<SqlBool> {
  if (condition.kind === 'tag') return tagSql(dialect, condition);
  switch (condition.key) {
    case 'name':
      return textTest(dialect, sql.ref<string>('e.name'), condition);
    case 'experiment_id':
      return condition.comparator === 'IN' || condition.comparator === 'NOT IN'
        ? sql`e.experiment_id ${sql.raw(condition.comparator)} (${sql.join(condition.value)})`
        : sql`e.experiment_id ${sql.raw(condition.comparator)} ${condition.value}`;
    default:
      return numberTest(sql.ref(`e.${condition.key}`), condition);
  }
}

function tagSql(
  dialect: Dialect,
  condition: Extract<ExperimentCondition, { kind: 'tag' }>,
): RawBuilder<SqlBool> {
  const value =
    condition.value === null
      ? sql<SqlBool>`1 = 1`
      : textTest(dialect, sql.ref<string | null>('t.value'), condition);
  const row = sql<SqlBool>`exists (select 1 from experiment_tags t
    where t.experiment_id = e.experiment_id and t.key = ${condition.key} and ${value})`;
  return condition.comparator === 'IS NULL' ? sql<SqlBool>`not ${row}` : row;
}

function orderTerm(dialect: Dialect, { key, ascending }: ExperimentOrderTerm): RawBuilder<unknown> {
  const column = key === 'name' ? dialect.bytewise(sql.ref<string>('e.name')) : sql.ref(`e.${key}`);
  return sql`${column} ${direction(ascending)}`;
}
