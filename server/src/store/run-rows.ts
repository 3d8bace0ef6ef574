import { type RawBuilder, sql } from 'kysely';
import { compareBytewise } from '../domain/bytewise-order.ts';
import type { DatasetInput } from '../domain/dataset.ts';
import type { Int64 } from '../domain/int64.ts';
import type { LifecycleStage } from '../domain/lifecycle.ts';
import type { Metric } from '../domain/metric.ts';
import { RUN_NAME_TAG, type Run, type RunInfo, type RunStatus } from '../domain/run.ts';
import { parseJsonRows } from './context.ts';
import type { Dialect } from './dialect.ts';
import { exactText, fromExactText } from './exact-integer.ts';
import { keyValueLists, toTags } from './key-value-rows.ts';
import { toMetric } from './metric.ts';

/** A row of `runs` with the name of its experiment. */
export interface RunInfoRow {
  readonly run_uuid: string;
  readonly name: string | null;
  readonly experiment_id: number;
  readonly experiment_name: string;
  readonly user_id: string | null;
  readonly status: string | null;
  readonly start_time: Int64 | null;
  readonly end_time: Int64 | null;
  readonly artifact_uri: string | null;
  readonly lifecycle_stage: string | null;
}

/** The same with everything that hangs on the run, as JSON texts. */
export interface RunRow extends RunInfoRow {
  readonly metrics: string;
  readonly params: string;
  readonly tags: string;
  readonly datasets: string;
  readonly model_inputs: string;
  readonly model_outputs: string;
}

/** The columns of a run without its data; `r` is its row, `e` that of its experiment. */
export const runInfoColumns = sql`r.run_uuid, r.name, r.experiment_id, e.name as experiment_name, r.user_id, r.status,
  r.start_time, r.end_time, r.artifact_uri, r.lifecycle_stage`;

/** The columns of a whole run. */
export function wholeRun(dialect: Dialect): RawBuilder<unknown> {
  const metrics = dialect.jsonLists(
    sql`(select m.key, m.value, ${exactText('m.timestamp')} as timestamp, ${exactText('m.step')} as step, m.is_nan
      from latest_metrics m where m.run_uuid = r.run_uuid)`,
    ['key', 'value', 'timestamp', 'step', 'is_nan'],
  );
  const keyValues = (table: 'params' | 'tags') =>
    keyValueLists(
      dialect,
      sql`select t.key, t.value from ${sql.table(table)} t where t.run_uuid = r.run_uuid`,
    );
  return sql`${runInfoColumns}, ${metrics} as metrics, ${keyValues('params')} as params,
    ${keyValues('tags')} as tags, ${datasetInputs(dialect)} as datasets,
    ${modelLinks(dialect, 'RUN_INPUT', 'MODEL_INPUT')} as model_inputs,
    ${modelLinks(dialect, 'RUN_OUTPUT', 'MODEL_OUTPUT')} as model_outputs`;
}

function datasetInputs(dialect: Dialect): RawBuilder<string> {
  const tags = keyValueLists(
    dialect,
    sql`select t.name as key, t.value from input_tags t where t.input_uuid = i.input_uuid`,
  );
  return dialect.jsonRows(
    sql`(select d.name, d.digest, d.dataset_source_type, d.dataset_source, d.dataset_schema, d.dataset_profile,
        ${tags} as tags
      from inputs i join datasets d on d.dataset_uuid = i.source_id
      where i.destination_type = 'RUN' and i.destination_id = r.run_uuid and i.source_type = 'DATASET'
      order by d.name, d.digest)`,
    ['name', 'digest', 'dataset_source_type', 'dataset_source', 'dataset_schema', 'dataset_profile', 'tags'],
  );
}

function modelLinks(dialect: Dialect, from: string, to: string): RawBuilder<string> {
  return dialect.jsonRows(
    sql`(select i.destination_id, ${exactText('i.step')} as step from inputs i
      where i.source_type = ${sql.lit(from)} and i.source_id = r.run_uuid and i.destination_type = ${sql.lit(to)}
      order by i.destination_id)`,
    ['destination_id', 'step'],
  );
}

/** Row → domain. */
export function toRunInfo(row: RunInfoRow): RunInfo {
  return {
    runId: row.run_uuid,
    name: row.name,
    experimentId: row.experiment_id,
    experimentName: row.experiment_name,
    userId: row.user_id,
    status: row.status as RunStatus | null,
    startTimeMs: row.start_time,
    endTimeMs: row.end_time,
    artifactUri: row.artifact_uri,
    lifecycleStage: (row.lifecycle_stage ?? 'active') as LifecycleStage,
  };
}

/** Row → domain. */
export function toRun(row: RunRow): Run {
  const tags = toTags(row.tags);
  const info = toRunInfo(row);
  // MLflow: runs older than 1.30 have their name in the tag alone.
  const name = info.name || (tags.find((tag) => tag.key === RUN_NAME_TAG)?.value ?? info.name);
  return {
    info: { ...info, name },
    metrics: toMetrics(row.metrics),
    params: toTags(row.params),
    tags,
    datasetInputs: jsonRows<JsonDataset>(row.datasets).map(toDatasetInput),
    modelInputs: jsonRows<JsonLink>(row.model_inputs).map((link) => link.destination_id),
    modelOutputs: jsonRows<JsonLink>(row.model_outputs).map((link) => ({
      modelId: link.destination_id,
      step: fromExactText(link.step),
    })),
  };
}

/** Most runs have none of a kind; a search shows them by the thousand. */
function jsonRows<T>(json: string): readonly T[] {
  return json === '[]' ? [] : parseJsonRows<T>(json);
}

type ListedPoint = [
  key: string,
  value: number,
  timestamp: string | null,
  step: string,
  isNan: boolean | number,
];

function toMetrics(json: string): Metric[] {
  return jsonRows<ListedPoint>(json)
    .map(([key, value, timestamp, step, is_nan]) =>
      toMetric({
        key,
        value,
        timestamp: fromExactText(timestamp ?? '0'),
        step: fromExactText(step),
        is_nan,
      }),
    )
    .sort((a, b) => compareBytewise(a.key, b.key));
}

interface JsonDataset {
  readonly name: string;
  readonly digest: string;
  readonly dataset_source_type: string;
  readonly dataset_source: string;
  readonly dataset_schema: string | null;
  readonly dataset_profile: string | null;
  readonly tags: string;
}

interface JsonLink {
  readonly destination_id: string;
  readonly step: string;
}

function toDatasetInput(row: JsonDataset): DatasetInput {
  return {
    dataset: {
      name: row.name,
      digest: row.digest,
      sourceType: row.dataset_source_type,
      source: row.dataset_source,
      schema: row.dataset_schema,
      profile: row.dataset_profile,
    },
    tags: toTags(row.tags),
  };
}
