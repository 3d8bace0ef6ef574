/**
 * MLflow's tables as MLflow 3.10 and newer keep them, columns named as in the database. Only the tables
 * that the registry reads or writes. Times are milliseconds since 1970; the keys are in `structure.ts`.
 */
import type { Generated } from 'kysely';
import type { Int64 } from '../../domain/int64.ts';
import type { BooleanColumn, DefaultedInt64 } from './columns.ts';

interface AlembicVersionTable {
  version_num: string;
}

/** Only in databases of MLflow 3.10 and newer; MLflow keeps a row `default`. */
interface WorkspacesTable {
  name: string;
  description: string | null;
  default_artifact_root: string | null;
}

interface ExperimentsTable {
  experiment_id: Generated<number>;
  name: string;
  artifact_location: string | null;
  lifecycle_stage: string | null;
  creation_time: Int64 | null;
  last_update_time: Int64 | null;
  workspace: Generated<string>;
}

interface ExperimentTagsTable {
  key: string;
  value: string | null;
  experiment_id: number;
}

interface RunsTable {
  run_uuid: string;
  name: string | null;
  source_type: string | null;
  source_name: string | null;
  entry_point_name: string | null;
  user_id: string | null;
  status: string | null;
  start_time: Int64 | null;
  end_time: Int64 | null;
  source_version: string | null;
  lifecycle_stage: string | null;
  artifact_uri: string | null;
  experiment_id: number | null;
  deleted_time: Int64 | null;
}

/** MLflow: NaN is value 0 with `is_nan`; ±Infinity is ±1.7976931348623157e308. */
interface MetricsTable {
  key: string;
  value: number;
  timestamp: Int64;
  run_uuid: string;
  step: DefaultedInt64;
  is_nan: BooleanColumn;
}

interface LatestMetricsTable {
  key: string;
  value: number;
  timestamp: Int64 | null;
  step: Int64;
  is_nan: BooleanColumn;
  run_uuid: string;
}

interface ParamsTable {
  key: string;
  value: string;
  run_uuid: string;
}

/** Tags of runs. */
interface TagsTable {
  key: string;
  value: string | null;
  run_uuid: string;
}

interface DatasetsTable {
  dataset_uuid: string;
  experiment_id: number;
  name: string;
  digest: string;
  dataset_source_type: string;
  dataset_source: string;
  dataset_schema: string | null;
  dataset_profile: string | null;
}

/** Edges between a run and its datasets and logged models. */
interface InputsTable {
  input_uuid: string;
  source_type: string;
  source_id: string;
  destination_type: string;
  destination_id: string;
  step: DefaultedInt64;
}

interface InputTagsTable {
  input_uuid: string;
  name: string;
  value: string;
}

interface LoggedModelsTable {
  model_id: string;
  experiment_id: number;
  name: string;
  artifact_location: string;
  creation_timestamp_ms: Int64;
  last_updated_timestamp_ms: Int64;
  /** The number of MLflow's LoggedModelStatus. */
  status: number;
  lifecycle_stage: string | null;
  model_type: string | null;
  source_run_id: string | null;
  status_message: string | null;
}

interface LoggedModelMetricsTable {
  model_id: string;
  metric_name: string;
  metric_timestamp_ms: Int64;
  metric_step: Int64;
  metric_value: number | null;
  experiment_id: number;
  run_id: string;
  dataset_uuid: string | null;
  dataset_name: string | null;
  dataset_digest: string | null;
}

interface LoggedModelParamsTable {
  model_id: string;
  experiment_id: number;
  param_key: string;
  param_value: string;
}

interface LoggedModelTagsTable {
  model_id: string;
  experiment_id: number;
  tag_key: string;
  tag_value: string;
}

interface RegisteredModelsTable {
  name: string;
  creation_time: Int64 | null;
  last_updated_time: Int64 | null;
  description: string | null;
  workspace: Generated<string>;
}

interface RegisteredModelTagsTable {
  key: string;
  value: string | null;
  name: string;
  workspace: Generated<string>;
}

interface RegisteredModelAliasesTable {
  alias: string;
  version: number;
  name: string;
  workspace: Generated<string>;
}

interface ModelVersionsTable {
  name: string;
  version: number;
  creation_time: Int64 | null;
  last_updated_time: Int64 | null;
  description: string | null;
  user_id: string | null;
  current_stage: string | null;
  source: string | null;
  run_id: string | null;
  status: string | null;
  status_message: string | null;
  run_link: string | null;
  storage_location: string | null;
  workspace: Generated<string>;
}

interface ModelVersionTagsTable {
  key: string;
  value: string | null;
  name: string;
  version: number;
  workspace: Generated<string>;
}

interface WebhooksTable {
  webhook_id: string;
  name: string;
  description: string | null;
  url: string;
  status: Generated<string>;
  secret: string | null;
  creation_timestamp: Int64 | null;
  last_updated_timestamp: Int64 | null;
  deleted_timestamp: Int64 | null;
  workspace: Generated<string>;
}

interface WebhookEventsTable {
  webhook_id: string;
  entity: string;
  action: string;
}

/** MLflow's tables by name. */
export interface MlflowTables {
  alembic_version: AlembicVersionTable;
  workspaces: WorkspacesTable;
  experiments: ExperimentsTable;
  experiment_tags: ExperimentTagsTable;
  runs: RunsTable;
  metrics: MetricsTable;
  latest_metrics: LatestMetricsTable;
  params: ParamsTable;
  tags: TagsTable;
  datasets: DatasetsTable;
  inputs: InputsTable;
  input_tags: InputTagsTable;
  logged_models: LoggedModelsTable;
  logged_model_metrics: LoggedModelMetricsTable;
  logged_model_params: LoggedModelParamsTable;
  logged_model_tags: LoggedModelTagsTable;
  registered_models: RegisteredModelsTable;
  registered_model_tags: RegisteredModelTagsTable;
  registered_model_aliases: RegisteredModelAliasesTable;
  model_versions: ModelVersionsTable;
  model_version_tags: ModelVersionTagsTable;
  webhooks: WebhooksTable;
  webhook_events: WebhookEventsTable;
}
