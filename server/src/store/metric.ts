import { type RawBuilder, sql } from 'kysely';
import type { Int64 } from '../domain/int64.ts';
import { latestPerKey, type Metric, storedValue } from '../domain/metric.ts';
import { toPage } from '../domain/page.ts';
import type { MetricReader, MetricWriter } from '../operations/ports/metric.ts';
import { hotInsert, hotStatement, parseJsonRows, type StoreContext } from './context.ts';
import type { JsonColumn } from './dialect.ts';
import { exactText, fromExactText } from './exact-integer.ts';
import type { JsonCell } from './json-table.ts';
import { metricSampleReader } from './metric-sample.ts';
import { toBoolean } from './schema/columns.ts';

/** A point as the database holds it, of a metric that is known. */
interface PointCells {
  readonly value: number;
  readonly timestamp: Int64;
  readonly step: Int64;
  readonly is_nan: boolean | number;
}

interface PointRow extends PointCells {
  readonly key: string;
}

const POINT: readonly JsonColumn[] = [
  ['key', 'text'],
  ['value', 'double'],
  ['timestamp', 'bigint'],
  ['step', 'bigint'],
  ['is_nan', 'boolean'],
];

const MODEL_POINT: readonly JsonColumn[] = [
  ['model_id', 'text'],
  ['metric_name', 'text'],
  ['metric_timestamp_ms', 'bigint'],
  ['metric_step', 'bigint'],
  ['metric_value', 'double'],
  ['dataset_uuid', 'text'],
  ['dataset_name', 'text'],
  ['dataset_digest', 'text'],
];

interface HistoryPage {
  readonly workspace: string;
  readonly runId: string;
  readonly key: string;
  readonly limit: number;
  readonly offset: number;
}

function historyPage(value: (name: keyof HistoryPage) => RawBuilder<unknown>, columns: RawBuilder<unknown>) {
  return sql`select ${columns} from metrics m
    where m.run_uuid = ${value('runId')} and m.key = ${value('key')}
      and exists (select 1 from runs r join experiments e on e.experiment_id = r.experiment_id
        where r.run_uuid = ${value('runId')} and e.workspace = ${value('workspace')})
    order by m.timestamp, m.step, m.value limit ${value('limit')} offset ${value('offset')}`;
}

const historyRows = hotStatement<HistoryPage, PointCells>(
  (_dialect, value) =>
    historyPage(value, sql`m.value, m.timestamp, m.step, m.is_nan`) as RawBuilder<PointCells>,
);

const historyText = hotStatement<HistoryPage, { points: string }>((dialect, value) => {
  const columns = sql`m.value, ${exactText('m.timestamp')} as time, ${exactText('m.step')} as at_step, m.is_nan`;
  const points = sql`(${historyPage(value, columns)})`;
  return sql`select ${dialect.jsonLists(points, ['value', 'time', 'at_step', 'is_nan'])} as points`;
});

async function pointsOf(context: StoreContext, page: HistoryPage): Promise<Metric[]> {
  const { key } = page;
  if (context.dialect.isInProcess === true)
    return (await historyRows(context, page)).map((row) => toPoint(key, row));
  const [row] = await historyText(context, page);
  return parseJsonRows<[number, string, string, boolean | number]>(row?.points ?? '[]').map(
    ([value, time, step, is_nan]) =>
      toPoint(key, { value, timestamp: fromExactText(time), step: fromExactText(step), is_nan }),
  );
}

const insertPoints = hotInsert<{ runId: string }>({
  table: 'metrics',
  columns: POINT,
  same: { run_uuid: 'runId' },
  ending: sql`on conflict do nothing`,
});

/** MLflow: greater step wins, then time, then value. One statement, so that no other writer comes between. */
const moveLatest = hotInsert<{ runId: string }>({
  table: 'latest_metrics',
  columns: POINT,
  same: { run_uuid: 'runId' },
  ending: sql`on conflict (key, run_uuid) do update set value = excluded.value, timestamp = excluded.timestamp,
      step = excluded.step, is_nan = excluded.is_nan
    where (excluded.step, excluded.timestamp, excluded.value)
      > (latest_metrics.step, coalesce(latest_metrics.timestamp, -1), latest_metrics.value)`,
});

/** One point has one value for a model; of two the greater stays, as for the latest metric. */
const insertModelPoints = hotInsert<{ runId: string; experimentId: number }>({
  table: 'logged_model_metrics',
  columns: MODEL_POINT,
  same: { run_id: 'runId', experiment_id: 'experimentId' },
  ending: sql`on conflict (model_id, metric_name, metric_timestamp_ms, metric_step, run_id) do update
    set metric_value = excluded.metric_value, dataset_uuid = excluded.dataset_uuid,
      dataset_name = excluded.dataset_name, dataset_digest = excluded.dataset_digest
    where excluded.metric_value > logged_model_metrics.metric_value`,
});

export function metricReader(context: StoreContext): MetricReader {
  return {
    ...metricSampleReader(context),
    async history(runId, key, { limit, offset }) {
      const { workspace } = context;
      return toPage(
        await pointsOf(context, { workspace, runId, key, limit: limit + 1, offset }),
        limit,
        offset,
      );
    },
  };
}

export function metricWriter(context: StoreContext): MetricWriter {
  return {
    ...metricReader(context),
    async log(runId, metrics) {
      if (metrics.length === 0) return;
      // In the order of the table's key: its pages are found next to each other.
      await insertPoints(context, { runId }, metrics.toSorted(byKey).map(toCells));
      await moveLatest(context, { runId }, latestPerKey(metrics).map(toCells));
    },
    async logToModels({ runId, experimentId }, metrics) {
      if (metrics.length === 0) return;
      // No point twice in one statement; MLflow: a model's NaN is stored as 0, there is no mark for it.
      const points = new Map(
        metrics
          .map((metric) => ({ ...metric, stored: storedValue(metric.value).value }))
          .sort((a, b) => a.stored - b.stored)
          .map((metric) => [
            JSON.stringify([metric.modelId, metric.key, String(metric.timestampMs), String(metric.step)]),
            [
              metric.modelId,
              metric.key,
              metric.timestampMs,
              metric.step,
              metric.stored,
              metric.datasetId,
              metric.datasetName,
              metric.datasetDigest,
            ],
          ]),
      );
      await insertModelPoints(context, { runId, experimentId }, [...points.values()]);
    },
  };
}

function byKey(a: Metric, b: Metric): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

/** The cells of `POINT`. */
function toCells(metric: Metric): JsonCell[] {
  const { value, isNan } = storedValue(metric.value);
  return [metric.key, value, metric.timestampMs, metric.step, isNan];
}

/** Row → domain. */
export function toMetric(row: PointRow): Metric {
  return toPoint(row.key, row);
}

/** The same when it is known whose point it is. */
function toPoint(key: string, row: PointCells): Metric {
  return {
    key,
    value: toBoolean(row.is_nan) ? Number.NaN : Number(row.value),
    timestampMs: row.timestamp,
    step: row.step,
  };
}
