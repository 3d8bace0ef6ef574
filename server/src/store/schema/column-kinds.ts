/** The kinds of values that we tell apart; lengths do not matter to us. */
export type ColumnKind = 'text' | 'integer' | 'real' | 'boolean' | 'other';

const INTEGERS = new Set([
  'creation_time',
  'creation_timestamp',
  'creation_timestamp_ms',
  'deleted_time',
  'deleted_timestamp',
  'end_time',
  'experiment_id',
  'last_update_time',
  'last_updated_time',
  'last_updated_timestamp',
  'last_updated_timestamp_ms',
  'logged_models.status',
  'metric_step',
  'metric_timestamp_ms',
  'start_time',
  'step',
  'timestamp',
  'version',
]);

const REALS = new Set(['latest_metrics.value', 'metric_value', 'metrics.value']);

/** The kind that a column of MLflow's tables must have; a column has the same in all tables, save a few. */
export function kindOfColumn(table: string, column: string): ColumnKind {
  if (column === 'is_nan') return 'boolean';
  const isOneOf = (names: ReadonlySet<string>) => names.has(column) || names.has(`${table}.${column}`);
  return isOneOf(INTEGERS) ? 'integer' : isOneOf(REALS) ? 'real' : 'text';
}

/** The kind of a type as either engine declares it (`VARCHAR(256)`, `int8`, `double precision`, …). */
export function kindOfType(declared: string): ColumnKind {
  const type = declared.toLowerCase();
  if (/^(bool)/.test(type)) return 'boolean';
  if (/^(big|small)?int|^serial|^bigserial/.test(type)) return 'integer';
  if (/char|text|clob/.test(type)) return 'text';
  if (/^(float|double|real)/.test(type)) return 'real';
  return 'other';
}
