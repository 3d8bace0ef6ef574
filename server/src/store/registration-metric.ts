import { type RawBuilder, sql } from 'kysely';
import type {
  RegistrationMetricReader,
  RegistrationMetricWriter,
} from '../operations/ports/registration-metric.ts';
import { hotWrite, type StoreContext } from './context.ts';
import { latestMetrics } from './logged-model-rows.ts';

interface Kept {
  readonly modelId: string;
  readonly version: number;
  readonly of: string;
}

const INTO: RawBuilder<unknown> = sql`insert into registry_registration_metrics
  (model_id, version, source, metric, value, is_nan, timestamp_ms, step)`;

/** MLflow keeps the latest point of each metric of a run. */
const keepOfRun = hotWrite<Kept>(
  (_dialect, value) => sql`${INTO}
    select ${value('modelId')}, ${value('version')}, 'run', key, value, is_nan, "timestamp", step
    from latest_metrics where run_uuid = ${value('of')} on conflict do nothing`,
);

/** MLflow has no mark for NaN here (SQLite has null for it), and keeps every point. */
const keepOfModel = hotWrite<Kept>(
  (_dialect, value) => sql`${INTO}
    select ${value('modelId')}, ${value('version')}, 'model', metric_name, coalesce(metric_value, 0), metric_value is null,
      metric_timestamp_ms, metric_step
    from ${latestMetrics(value('of'))} m where m.place = 1 on conflict do nothing`,
);

export function registrationMetricReader({ db }: StoreContext): RegistrationMetricReader {
  return {
    async list(modelId, version) {
      const record = await db
        .selectFrom('registry_versions')
        .select('metrics_kept')
        .where('model_id', '=', modelId)
        .where('version', '=', version)
        .executeTakeFirst();
      if (record === undefined || !record.metrics_kept) return null;
      const rows = await db
        .selectFrom('registry_registration_metrics')
        .select(['metric', 'value', 'is_nan', 'timestamp_ms', 'step'])
        .where('model_id', '=', modelId)
        .where('version', '=', version)
        .execute();
      return rows.map((row) => ({
        key: row.metric,
        value: row.is_nan ? Number.NaN : row.value,
        timestampMs: row.timestamp_ms,
        step: row.step,
      }));
    },
  };
}

export function registrationMetricWriter(context: StoreContext): RegistrationMetricWriter {
  return {
    ...registrationMetricReader(context),
    async keep(version, { runId, loggedModelId }) {
      if (runId !== null && runId !== '') await keepOfRun(context, { ...version, of: runId });
      if (loggedModelId !== null) await keepOfModel(context, { ...version, of: loggedModelId });
    },
  };
}
