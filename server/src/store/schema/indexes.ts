import { sql } from 'kysely';
import type { Db, Dialect } from '../dialect.ts';
import type { DatabaseFacts } from './facts.ts';

/** An index of ours on a table of MLflow's. */
interface ExtraIndex {
  readonly name: `registry_${string}`;
  readonly table: string;
  /** `bytewise` behind a column means: in the order of its bytes, whatever the collation of the database. */
  readonly columns: readonly string[];
  /** Newer MLflows have the same index by this name; then ours is not made. */
  readonly unless?: string;
  /** The other engine has it already as its key. */
  readonly only?: Dialect['engine'];
}

/**
 * What our reads need and MLflow has not. No column of unbounded text is among them: a PostgreSQL index
 * entry holds 2,704 bytes. An index that is changed gets a new name.
 */
const EXTRA_INDEXES: readonly ExtraIndex[] = [
  // The latest version in each stage.
  {
    name: 'registry_model_versions_stage',
    table: 'model_versions',
    columns: ['workspace', 'name', 'current_stage', 'version'],
  },
  { name: 'registry_model_versions_run', table: 'model_versions', columns: ['run_id'] },
  { name: 'registry_model_versions_source', table: 'model_versions', columns: ['source'] },
  // Search pages in MLflow's default order, of one model and of all.
  {
    name: 'registry_model_versions_updated',
    table: 'model_versions',
    columns: ['workspace', 'name', 'last_updated_time DESC', 'version DESC'],
  },
  {
    name: 'registry_model_versions_recent',
    table: 'model_versions',
    columns: ['workspace', 'last_updated_time DESC', 'name bytewise', 'version DESC'],
  },
  {
    name: 'registry_registered_models_name',
    table: 'registered_models',
    columns: ['workspace', 'name bytewise'],
    only: 'postgres',
  },
  {
    name: 'registry_registered_models_updated',
    table: 'registered_models',
    columns: ['workspace', 'last_updated_time', 'name bytewise'],
  },
  {
    name: 'registry_aliases_version',
    table: 'registered_model_aliases',
    columns: ['workspace', 'name', 'version'],
  },
  {
    name: 'registry_model_version_tags_version',
    table: 'model_version_tags',
    columns: ['workspace', 'name', 'version'],
    unless: 'idx_model_version_tags_workspace_name_version',
  },
  {
    name: 'registry_registered_model_tags_name',
    table: 'registered_model_tags',
    columns: ['workspace', 'name'],
    unless: 'idx_registered_model_tags_workspace_name',
  },
  {
    name: 'registry_runs_recent',
    table: 'runs',
    columns: ['experiment_id', 'lifecycle_stage', 'start_time DESC', 'run_uuid'],
  },
  // The history of a metric in MLflow's order.
  {
    name: 'registry_metrics_history',
    table: 'metrics',
    columns: ['run_uuid', 'key', 'timestamp', 'step', 'value'],
  },
  {
    name: 'registry_logged_models_recent',
    table: 'logged_models',
    columns: ['experiment_id', 'creation_timestamp_ms DESC', 'model_id'],
  },
  // `runs:/<run>/<name>` is resolved by name.
  {
    name: 'registry_logged_models_name',
    table: 'logged_models',
    columns: ['experiment_id', 'name'],
  },
  { name: 'registry_logged_models_run', table: 'logged_models', columns: ['source_run_id'] },
  { name: 'registry_logged_model_metrics_run', table: 'logged_model_metrics', columns: ['run_id'] },
];

/** The indexes that this database still lacks (an upgrade by MLflow may have dropped some). */
export function missingIndexes(facts: DatabaseFacts, engine: Dialect['engine']): ExtraIndex[] {
  return EXTRA_INDEXES.filter(
    ({ name, unless, only }) =>
      !facts.indexes.has(name) &&
      (unless === undefined || !facts.indexes.has(unless)) &&
      (only === undefined || only === engine),
  );
}

/** Makes the indexes that are missing. Wants to be inside a transaction. */
export async function createIndexes(db: Db, engine: Dialect['engine'], facts: DatabaseFacts): Promise<void> {
  for (const { name, table, columns } of missingIndexes(facts, engine)) {
    const list = columns.map((column) => columnSql(column, engine)).join(', ');
    await sql.raw(`CREATE INDEX IF NOT EXISTS ${name} ON ${table} (${list})`).execute(db);
  }
}

function columnSql(column: string, engine: Dialect['engine']): string {
  const [name, order] = column.split(' ');
  if (order !== 'bytewise') return order === undefined ? `"${name}"` : `"${name}" ${order}`;
  return engine === 'postgres' ? `"${name}" COLLATE "C"` : `"${name}"`;
}
