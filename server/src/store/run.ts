import { sql } from 'kysely';
import type { Param } from '../domain/run.ts';
import type { RunReader, RunWriter } from '../operations/ports/run.ts';
import { hotInsert, hotStatement, hotWrite, type StoreContext } from './context.ts';
import type { JsonColumn } from './dialect.ts';
import { jsonTableText } from './json-table.ts';
import { modelLinkWriter } from './run-link.ts';
import { type RunInfoRow, type RunRow, runInfoColumns, toRun, toRunInfo, wholeRun } from './run-rows.ts';
import { findRuns, searchRuns } from './run-search.ts';

const KEY_VALUE: readonly JsonColumn[] = [
  ['key', 'text'],
  ['value', 'text'],
];

const OWN = sql`runs r join experiments e on e.experiment_id = r.experiment_id`;

const findRunInfo = hotStatement<{ workspace: string; runId: string }, RunInfoRow>(
  (_dialect, value) => sql`select ${runInfoColumns} from ${OWN}
    where r.run_uuid = ${value('runId')} and e.workspace = ${value('workspace')}`,
);

const findRun = hotStatement<{ workspace: string; runId: string }, RunRow>(
  (dialect, value) => sql`select ${wholeRun(dialect)} from ${OWN}
    where r.run_uuid = ${value('runId')} and e.workspace = ${value('workspace')}`,
);

const insertParams = hotInsert<{ runId: string }>({
  table: 'params',
  columns: KEY_VALUE,
  same: { run_uuid: 'runId' },
  ending: sql`on conflict (key, run_uuid) do nothing`,
});

/** Those of the given params that stand with another value. */
const differingParams = hotStatement<{ runId: string; params: string }, { key: string; value: string }>(
  (dialect, value) => sql`
    select s.key, s.value from ${dialect.jsonTable(value('params'), KEY_VALUE)} as p
    join params s on s.run_uuid = ${value('runId')} and s.key = p.key and s.value <> p.value`,
);

const putTags = hotInsert<{ runId: string }>({
  table: 'tags',
  columns: KEY_VALUE,
  same: { run_uuid: 'runId' },
  ending: sql`on conflict (key, run_uuid) do update set value = excluded.value`,
});

// MLflow: what its first versions kept in columns is in tags now; the columns hold these.
const insertRun = hotWrite<Parameters<RunWriter['insert']>[0]>(
  (_dialect, value) => sql`
    insert into runs (run_uuid, name, source_type, source_name, entry_point_name, source_version, user_id, status,
      start_time, end_time, lifecycle_stage, artifact_uri, experiment_id)
    values (${value('runId')}, ${value('name')}, 'UNKNOWN', '', '', '', ${value('userId')}, ${value('status')},
      ${value('startTimeMs')}, ${value('endTimeMs')}, 'active', ${value('artifactUri')}, ${value('experimentId')})`,
);

export function runReader(context: StoreContext): RunReader {
  const { db, workspace } = context;
  return {
    async findInfo(runId) {
      const [row] = await findRunInfo(context, { workspace, runId });
      return row === undefined ? null : toRunInfo(row);
    },
    async find(runId) {
      const [row] = await findRun(context, { workspace, runId });
      return row === undefined ? null : toRun(row);
    },
    findMany: (runIds) => findRuns(context, runIds),
    search: (search, scope, page) => searchRuns(context, search, scope, page),
    // Cross joins, as in run-search.ts: SQLite begins with the ids.
    async experimentsOfModels(modelIds) {
      if (modelIds.length === 0) return new Map();
      const { rows } = await sql<{ model_id: string; name: string }>`
        select m.model_id, e.name from logged_models m cross join experiments e
        where m.model_id in (${sql.join(modelIds)}) and e.experiment_id = m.experiment_id and e.workspace = ${workspace}`.execute(
        db,
      );
      return new Map(rows.map((row) => [row.model_id, row.name]));
    },
    async experimentsOfRuns(runIds) {
      if (runIds.length === 0) return new Map();
      const { rows } = await sql<{ run_uuid: string; name: string }>`
        select r.run_uuid, e.name from runs r cross join experiments e
        where r.run_uuid in (${sql.join(runIds)}) and e.experiment_id = r.experiment_id and e.workspace = ${workspace}`.execute(
        db,
      );
      return new Map(rows.map((row) => [row.run_uuid, row.name]));
    },
  };
}

export function runWriter(context: StoreContext): RunWriter {
  const { db, dialect } = context;
  const reader = runReader(context);
  return {
    ...reader,
    ...dataWriter(context),
    ...modelLinkWriter(context),
    async lock(runId) {
      await sql`select run_uuid from runs where run_uuid = ${runId} ${dialect.forUpdate}`.execute(db);
      return reader.findInfo(runId);
    },
    async insert(run) {
      await insertRun(context, run);
    },
    async update(runId, { status, endTimeMs, name }) {
      const changes = {
        ...(status === undefined ? {} : { status }),
        ...(endTimeMs === undefined ? {} : { end_time: endTimeMs }),
        ...(name === undefined ? {} : { name }),
      };
      if (Object.keys(changes).length === 0) return;
      await db.updateTable('runs').set(changes).where('run_uuid', '=', runId).execute();
    },
    async setLifecycle(runId, stage, deletedAtMs) {
      await db
        .updateTable('runs')
        .set({ lifecycle_stage: stage, deleted_time: deletedAtMs })
        .where('run_uuid', '=', runId)
        .execute();
    },
    async setLifecycleOfAll(experimentId, stage, deletedAtMs) {
      await db
        .updateTable('runs')
        .set({ lifecycle_stage: stage, deleted_time: deletedAtMs })
        .where('experiment_id', '=', experimentId)
        .execute();
    },
  };
}

function dataWriter(
  context: StoreContext,
): Pick<RunWriter, 'addParams' | 'findTag' | 'putTags' | 'deleteTag'> {
  const { db } = context;
  return {
    async addParams(runId, given) {
      if (given.length === 0) return [];
      // A fixed order of keys, so that two writers never wait for each other.
      const rows = byKey(given).map(({ key, value }) => [key, value]);
      await insertParams(context, { runId }, rows);
      const standing = new Map(
        (await differingParams(context, { runId, params: jsonTableText(rows) })).map((param) => [
          param.key,
          param,
        ]),
      );
      return given.flatMap((param) => {
        const other = standing.get(param.key);
        return other === undefined ? [] : [{ given: param, standing: { ...other } }];
      });
    },
    async findTag(runId, key) {
      const row = await db
        .selectFrom('tags')
        .select('value')
        .where('run_uuid', '=', runId)
        .where('key', '=', key)
        .executeTakeFirst();
      return row === undefined ? null : (row.value ?? '');
    },
    async putTags(runId, tags) {
      if (tags.length === 0) return;
      await putTags(
        context,
        { runId },
        byKey(tags).map(({ key, value }) => [key, value]),
      );
    },
    async deleteTag(runId, key) {
      const deleted = await db
        .deleteFrom('tags')
        .where('run_uuid', '=', runId)
        .where('key', '=', key)
        .executeTakeFirst();
      return deleted.numDeletedRows > 0n;
    },
  };
}

function byKey(items: readonly Param[]): Param[] {
  return items.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}
