import { sql } from 'kysely';
import { statusToNumber } from '../domain/logged-model.ts';
import type { Param } from '../domain/run.ts';
import type {
  LoggedModelReader,
  LoggedModelWriter,
  MeasuredModel,
} from '../operations/ports/logged-model.ts';
import { hotStatement, type StoreContext } from './context.ts';
import type { JsonColumn } from './dialect.ts';
import { jsonTableText } from './json-table.ts';
import {
  type LoggedModelInfoRow,
  type LoggedModelRow,
  loggedModelColumns,
  type MeasuredModelRow,
  measuredModel,
  toLoggedModel,
  toLoggedModelInfo,
  toMeasuredModel,
  wholeLoggedModel,
} from './logged-model-rows.ts';
import { searchLoggedModels } from './logged-model-search.ts';

const KEY_VALUE: readonly JsonColumn[] = [
  ['key', 'text'],
  ['value', 'text'],
];

const CHUNK = 500;

const OWN = sql`logged_models lm join experiments e on e.experiment_id = lm.experiment_id`;

const findModel = hotStatement<{ workspace: string; modelId: string }, LoggedModelRow>(
  (dialect, value) => sql`select ${wholeLoggedModel(dialect)} from ${OWN}
    where lm.model_id = ${value('modelId')} and e.workspace = ${value('workspace')}`,
);

const findInfo = hotStatement<{ workspace: string; modelId: string }, LoggedModelInfoRow>(
  (_dialect, value) => sql`select ${loggedModelColumns} from ${OWN}
    where lm.model_id = ${value('modelId')} and e.workspace = ${value('workspace')}`,
);

const insertParams = hotStatement<{ modelId: string; experimentId: number; params: string }, never>(
  (dialect, value) => sql`
    insert into logged_model_params (param_key, param_value, model_id, experiment_id)
    select p.key, p.value, ${value('modelId')}, ${value('experimentId')}
    from ${dialect.jsonTable(value('params'), KEY_VALUE)} as p where true
    on conflict (model_id, param_key) do nothing`,
);

/** Those of the given params that stand with another value. */
const differingParams = hotStatement<{ modelId: string; params: string }, Param>(
  (dialect, value) => sql`
    select s.param_key as key, s.param_value as value
    from ${dialect.jsonTable(value('params'), KEY_VALUE)} as p
    join logged_model_params s on s.model_id = ${value('modelId')} and s.param_key = p.key
      and s.param_value <> p.value`,
);

const putTags = hotStatement<{ modelId: string; experimentId: number; tags: string }, never>(
  (dialect, value) => sql`
    insert into logged_model_tags (tag_key, tag_value, model_id, experiment_id)
    select t.key, t.value, ${value('modelId')}, ${value('experimentId')}
    from ${dialect.jsonTable(value('tags'), KEY_VALUE)} as t where true
    on conflict (model_id, tag_key) do update set tag_value = excluded.tag_value`,
);

interface DatasetMetricRow {
  readonly model_id: string;
  readonly metric_name: string;
  readonly dataset_name: string | null;
  readonly dataset_digest: string;
  readonly metric_value: number | null;
  readonly experiment_name: string;
}

export function loggedModelReader(context: StoreContext): LoggedModelReader {
  const { db, dialect, workspace } = context;
  return {
    async find(modelId) {
      const [row] = await findModel(context, { workspace, modelId });
      return row === undefined ? null : toLoggedModel(row);
    },
    // To SQLite a cross join is also the order of the walk; by itself it would begin with all models of the workspace.
    async findMeasured(modelIds) {
      const found = new Map<string, MeasuredModel>();
      for (let from = 0; from < modelIds.length; from += CHUNK) {
        const { rows } = await sql<MeasuredModelRow>`select ${measuredModel(dialect)}
          from logged_models lm cross join experiments e
          where lm.model_id in (${sql.join(modelIds.slice(from, from + CHUNK))})
            and e.experiment_id = lm.experiment_id and e.workspace = ${workspace}`.execute(db);
        for (const row of rows) found.set(row.model_id, toMeasuredModel(row));
      }
      return found;
    },
    async listDatasetMetrics(modelIds) {
      if (modelIds.length === 0) return [];
      const { rows } =
        await sql<DatasetMetricRow>`select m.model_id, m.metric_name, m.dataset_name, m.dataset_digest,
          m.metric_value, e.name as experiment_name
        from (select one.*, row_number() over (partition by one.model_id, one.metric_name, one.dataset_name, one.dataset_digest
            order by one.metric_step desc, one.metric_timestamp_ms desc, one.metric_value desc) as place
          from logged_model_metrics one
          where one.model_id in (${sql.join(modelIds)}) and one.dataset_digest is not null) m
        cross join experiments e
        where m.place = 1 and e.experiment_id = m.experiment_id and e.workspace = ${workspace}`.execute(db);
      return rows.map((row) => ({
        modelId: row.model_id,
        experimentName: row.experiment_name,
        metric: row.metric_name,
        dataset: row.dataset_name ?? '',
        digest: row.dataset_digest,
        // The column may be NULL; SQLite reads a NaN so.
        value: row.metric_value ?? Number.NaN,
      }));
    },
    search: (search, scope, page) => searchLoggedModels(context, search, scope, page),
  };
}

export function loggedModelWriter(context: StoreContext): LoggedModelWriter {
  const { db, dialect, workspace } = context;
  const data = dataWriter(context);
  return {
    ...loggedModelReader(context),
    ...data,
    async lock(modelId) {
      await sql`select model_id from logged_models where model_id = ${modelId} ${dialect.forUpdate}`.execute(
        db,
      );
      const [row] = await findInfo(context, { workspace, modelId });
      return row === undefined ? null : toLoggedModelInfo(row);
    },
    async insert(model) {
      await db
        .insertInto('logged_models')
        .values({
          model_id: model.modelId,
          experiment_id: model.experimentId,
          name: model.name,
          artifact_location: model.artifactUri,
          creation_timestamp_ms: model.nowMs,
          last_updated_timestamp_ms: model.nowMs,
          status: statusToNumber('LOGGED_MODEL_PENDING'),
          lifecycle_stage: 'active',
          model_type: model.modelType,
          source_run_id: model.sourceRunId,
          status_message: null,
        })
        .execute();
      await data.addParams(model, model.params);
      await data.putTags(model, model.tags);
    },
    async setStatus(modelId, status, nowMs) {
      await db
        .updateTable('logged_models')
        .set({ status: statusToNumber(status), last_updated_timestamp_ms: nowMs })
        .where('model_id', '=', modelId)
        .execute();
    },
    async listUnsealedVersions({ modelId, artifactUri }) {
      return db
        .selectFrom('model_versions as mv')
        .innerJoin('registry_models as rm', (join) =>
          join.onRef('rm.workspace', '=', 'mv.workspace').onRef('rm.name', '=', 'mv.name'),
        )
        .innerJoin('registry_versions as rv', (join) =>
          join.onRef('rv.model_id', '=', 'rm.model_id').onRef('rv.version', '=', 'mv.version'),
        )
        .select(['rv.model_id as modelId', 'mv.name', 'rv.version'])
        .where('mv.workspace', '=', workspace)
        .where('mv.source', 'in', [`models:/${modelId}`, artifactUri])
        .where('rm.deleted_at_ms', 'is', null)
        .where('rv.deleted_at_ms', 'is', null)
        .where('rv.seal', '=', 'open')
        .orderBy('rv.model_id')
        .orderBy('rv.version')
        .execute();
    },
    async markDeleted(modelId, nowMs) {
      await db
        .updateTable('logged_models')
        .set({ lifecycle_stage: 'deleted', last_updated_timestamp_ms: nowMs })
        .where('model_id', '=', modelId)
        .execute();
    },
  };
}

type DataWriter = Pick<LoggedModelWriter, 'addParams' | 'findTag' | 'putTags' | 'deleteTag'>;

function dataWriter(context: StoreContext): DataWriter {
  const { db } = context;
  return {
    async addParams({ modelId, experimentId }, given) {
      if (given.length === 0) return [];
      const params = jsonTableText(given.map(({ key, value }) => [key, value]));
      await insertParams(context, { modelId, experimentId, params });
      const differing = await differingParams(context, { modelId, params });
      const standing = new Map(differing.map((param) => [param.key, param]));
      return given.flatMap((param) => {
        const other = standing.get(param.key);
        return other === undefined ? [] : [{ given: param, standing: other }];
      });
    },
    async findTag(modelId, key) {
      const row = await db
        .selectFrom('logged_model_tags')
        .select('tag_value')
        .where('model_id', '=', modelId)
        .where('tag_key', '=', key)
        .executeTakeFirst();
      return row?.tag_value ?? null;
    },
    async putTags({ modelId, experimentId }, given) {
      if (given.length === 0) return;
      const tags = jsonTableText(given.map(({ key, value }) => [key, value]));
      await putTags(context, { modelId, experimentId, tags });
    },
    async deleteTag(modelId, key) {
      const { numDeletedRows } = await db
        .deleteFrom('logged_model_tags')
        .where('model_id', '=', modelId)
        .where('tag_key', '=', key)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
}
