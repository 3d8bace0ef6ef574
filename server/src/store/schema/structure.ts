import type { MlflowTables } from './mlflow-tables.ts';

/** What a table must have to be usable: columns, and its primary key in order. */
export interface TableStructure {
  readonly columns: readonly string[];
  readonly key: readonly string[];
}

/**
 * What `mlflow-tables.ts` counts on, as it stands in databases of MLflow 3.10, 3.14 and 3.17. Columns
 * that a newer MLflow adds do no harm unless they must be given a value.
 */
export const MLFLOW_STRUCTURE = {
  alembic_version: { columns: ['version_num'], key: ['version_num'] },
  workspaces: { columns: ['name', 'description', 'default_artifact_root'], key: ['name'] },
  experiments: {
    columns: [
      'experiment_id',
      'name',
      'artifact_location',
      'lifecycle_stage',
      'creation_time',
      'last_update_time',
      'workspace',
    ],
    key: ['experiment_id'],
  },
  experiment_tags: { columns: ['key', 'value', 'experiment_id'], key: ['key', 'experiment_id'] },
  runs: {
    columns: [
      'run_uuid',
      'name',
      'source_type',
      'source_name',
      'entry_point_name',
      'user_id',
      'status',
      'start_time',
      'end_time',
      'source_version',
      'lifecycle_stage',
      'artifact_uri',
      'experiment_id',
      'deleted_time',
    ],
    key: ['run_uuid'],
  },
  metrics: {
    columns: ['key', 'value', 'timestamp', 'run_uuid', 'step', 'is_nan'],
    key: ['key', 'timestamp', 'step', 'run_uuid', 'value', 'is_nan'],
  },
  latest_metrics: {
    columns: ['key', 'value', 'timestamp', 'step', 'is_nan', 'run_uuid'],
    key: ['key', 'run_uuid'],
  },
  params: { columns: ['key', 'value', 'run_uuid'], key: ['key', 'run_uuid'] },
  tags: { columns: ['key', 'value', 'run_uuid'], key: ['key', 'run_uuid'] },
  datasets: {
    columns: [
      'dataset_uuid',
      'experiment_id',
      'name',
      'digest',
      'dataset_source_type',
      'dataset_source',
      'dataset_schema',
      'dataset_profile',
    ],
    key: ['experiment_id', 'name', 'digest'],
  },
  inputs: {
    columns: ['input_uuid', 'source_type', 'source_id', 'destination_type', 'destination_id', 'step'],
    key: ['source_type', 'source_id', 'destination_type', 'destination_id'],
  },
  input_tags: { columns: ['input_uuid', 'name', 'value'], key: ['input_uuid', 'name'] },
  logged_models: {
    columns: [
      'model_id',
      'experiment_id',
      'name',
      'artifact_location',
      'creation_timestamp_ms',
      'last_updated_timestamp_ms',
      'status',
      'lifecycle_stage',
      'model_type',
      'source_run_id',
      'status_message',
    ],
    key: ['model_id'],
  },
  logged_model_metrics: {
    columns: [
      'model_id',
      'metric_name',
      'metric_timestamp_ms',
      'metric_step',
      'metric_value',
      'experiment_id',
      'run_id',
      'dataset_uuid',
      'dataset_name',
      'dataset_digest',
    ],
    key: ['model_id', 'metric_name', 'metric_timestamp_ms', 'metric_step', 'run_id'],
  },
  logged_model_params: {
    columns: ['model_id', 'experiment_id', 'param_key', 'param_value'],
    key: ['model_id', 'param_key'],
  },
  logged_model_tags: {
    columns: ['model_id', 'experiment_id', 'tag_key', 'tag_value'],
    key: ['model_id', 'tag_key'],
  },
  registered_models: {
    columns: ['name', 'creation_time', 'last_updated_time', 'description', 'workspace'],
    key: ['workspace', 'name'],
  },
  registered_model_tags: {
    columns: ['key', 'value', 'name', 'workspace'],
    key: ['workspace', 'key', 'name'],
  },
  registered_model_aliases: {
    columns: ['alias', 'version', 'name', 'workspace'],
    key: ['workspace', 'name', 'alias'],
  },
  model_versions: {
    columns: [
      'name',
      'version',
      'creation_time',
      'last_updated_time',
      'description',
      'user_id',
      'current_stage',
      'source',
      'run_id',
      'status',
      'status_message',
      'run_link',
      'storage_location',
      'workspace',
    ],
    key: ['workspace', 'name', 'version'],
  },
  model_version_tags: {
    columns: ['key', 'value', 'name', 'version', 'workspace'],
    key: ['workspace', 'key', 'name', 'version'],
  },
  webhooks: {
    columns: [
      'webhook_id',
      'name',
      'description',
      'url',
      'status',
      'secret',
      'creation_timestamp',
      'last_updated_timestamp',
      'deleted_timestamp',
      'workspace',
    ],
    key: ['webhook_id'],
  },
  webhook_events: { columns: ['webhook_id', 'entity', 'action'], key: ['webhook_id', 'entity', 'action'] },
} as const satisfies {
  readonly [T in keyof MlflowTables]: {
    readonly columns: readonly (keyof MlflowTables[T])[];
    readonly key: readonly (keyof MlflowTables[T])[];
  };
};
