import { type RawBuilder, sql } from 'kysely';
import { type Int64, toInt64 } from '../domain/int64.ts';
import type { LifecycleStage } from '../domain/lifecycle.ts';
import {
  type LoggedModel,
  type LoggedModelInfo,
  type LoggedModelMetric,
  statusFromNumber,
} from '../domain/logged-model.ts';
import type { MeasuredModel } from '../operations/ports/logged-model.ts';
import { parseJsonRows } from './context.ts';
import type { Dialect } from './dialect.ts';
import { keyValueLists, toTags } from './key-value-rows.ts';

/** A row of `logged_models` with the name of its experiment. */
export interface LoggedModelInfoRow {
  readonly model_id: string;
  readonly experiment_id: number;
  readonly experiment_name: string;
  readonly name: string;
  readonly artifact_location: string;
  readonly creation_timestamp_ms: Int64;
  readonly last_updated_timestamp_ms: Int64;
  readonly status: number;
  readonly lifecycle_stage: string | null;
  readonly model_type: string | null;
  readonly source_run_id: string | null;
  readonly status_message: string | null;
}

/** The same with everything that hangs on the model, as JSON texts. */
export interface LoggedModelRow extends LoggedModelInfoRow {
  readonly params: string;
  readonly tags: string;
  readonly metrics: string;
}

/** What was measured on a model. */
export type MeasuredModelRow = Pick<LoggedModelRow, 'model_id' | 'experiment_name' | 'params' | 'metrics'>;

/** The columns of a model without its data; `lm` is its row, `e` that of its experiment. */
export const loggedModelColumns = sql`lm.model_id, lm.experiment_id, e.name as experiment_name, lm.name,
  lm.artifact_location, lm.creation_timestamp_ms, lm.last_updated_timestamp_ms, lm.status, lm.lifecycle_stage,
  lm.model_type, lm.source_run_id, lm.status_message`;

const METRIC_COLUMNS = [
  'metric_name',
  'metric_value',
  'timestamp',
  'step',
  'run_id',
  'dataset_name',
  'dataset_digest',
] as const;

/** The columns of a whole model. */
export function wholeLoggedModel(dialect: Dialect): RawBuilder<unknown> {
  const tags = keyValueLists(
    dialect,
    sql`select t.tag_key as key, t.tag_value as value from logged_model_tags t where t.model_id = lm.model_id`,
  );
  const metrics = metricsFrom(dialect, sql`logged_model_metrics m where m.model_id = lm.model_id`);
  return sql`${loggedModelColumns}, ${paramsOf(dialect)} as params, ${tags} as tags, ${metrics} as metrics`;
}

/** The points of a model, the latest of each metric at `place` 1. */
export function latestMetrics(modelId: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(select one.*, row_number() over (partition by one.metric_name
        order by one.metric_step desc, one.metric_timestamp_ms desc, one.metric_value desc) as place
      from logged_model_metrics one where one.model_id = ${modelId})`;
}

/** The columns of what was measured on a model; which point is the latest says `isLater` in the domain. */
export function measuredModel(dialect: Dialect): RawBuilder<unknown> {
  const metrics = metricsFrom(dialect, sql`${latestMetrics(sql.ref('lm.model_id'))} m where m.place = 1`);
  return sql`lm.model_id, e.name as experiment_name, ${paramsOf(dialect)} as params, ${metrics} as metrics`;
}

function paramsOf(dialect: Dialect): RawBuilder<string> {
  return keyValueLists(
    dialect,
    sql`select p.param_key as key, p.param_value as value from logged_model_params p
      where p.model_id = lm.model_id`,
  );
}

/** Integers that may lie beyond 2^53 go through JSON as texts. */
function metricsFrom(dialect: Dialect, from: RawBuilder<unknown>): RawBuilder<string> {
  return dialect.jsonRows(
    sql`(select m.metric_name, m.metric_value, cast(m.metric_timestamp_ms as varchar(20)) as timestamp,
        cast(m.metric_step as varchar(20)) as step, m.run_id, m.dataset_name, m.dataset_digest
      from ${from}
      order by ${dialect.bytewise(sql.ref<string>('m.metric_name'))}, m.metric_timestamp_ms, m.metric_step, m.run_id)`,
    METRIC_COLUMNS,
  );
}

interface JsonMetric {
  readonly metric_name: string;
  readonly metric_value: number | null;
  readonly timestamp: string;
  readonly step: string;
  readonly run_id: string;
  readonly dataset_name: string | null;
  readonly dataset_digest: string | null;
}

/** Row → domain. */
export function toLoggedModelInfo(row: LoggedModelInfoRow): LoggedModelInfo {
  return {
    modelId: row.model_id,
    experimentId: row.experiment_id,
    experimentName: row.experiment_name,
    name: row.name,
    artifactUri: row.artifact_location,
    createdAtMs: row.creation_timestamp_ms,
    updatedAtMs: row.last_updated_timestamp_ms,
    status: statusFromNumber(row.status),
    statusMessage: row.status_message,
    lifecycleStage: (row.lifecycle_stage ?? 'active') as LifecycleStage,
    modelType: row.model_type,
    sourceRunId: row.source_run_id,
  };
}

/** Row → domain. */
export function toLoggedModel(row: LoggedModelRow): LoggedModel {
  return {
    ...toLoggedModelInfo(row),
    tags: toTags(row.tags),
    params: toTags(row.params),
    metrics: parseJsonRows<JsonMetric>(row.metrics).map(toMetric),
  };
}

/** Row → port. */
export function toMeasuredModel(row: MeasuredModelRow): MeasuredModel {
  return {
    experimentName: row.experiment_name,
    params: toTags(row.params),
    metrics: parseJsonRows<JsonMetric>(row.metrics).map(toMetric),
  };
}

function toMetric(row: JsonMetric): LoggedModelMetric {
  return {
    key: row.metric_name,
    // The column may be NULL; SQLite reads a NaN so.
    value: row.metric_value ?? Number.NaN,
    timestampMs: fromText(row.timestamp),
    step: fromText(row.step),
    runId: row.run_id,
    datasetName: row.dataset_name,
    datasetDigest: row.dataset_digest,
  };
}

function fromText(text: string): Int64 {
  return text.length < 16 ? Number(text) : toInt64(BigInt(text));
}
