import { type RawBuilder, sql } from 'kysely';
import { DELETED_STAGE, fromMlflowStage, type MlflowStage, toMlflowStage } from '../domain/stage.ts';
import type { ModelIdentity } from '../domain/version-record.ts';
import type {
  AdoptionReader,
  AdoptionWriter,
  AliasDifference,
  VersionWindow,
  VersionWindowResult,
} from '../operations/ports/adoption.ts';
import { countBacklog } from './adoption-backlog.ts';
import type { StoreContext } from './context.ts';
import { versionAdoption } from './version-adoption.ts';

/** A row of a window: every version in it, and whether it is one of those that are looked for. */
interface WindowRow {
  readonly version: number;
  readonly found: boolean | number;
}

export function adoptionReader(context: StoreContext): AdoptionReader {
  const { db, workspace } = context;
  const look = (window: VersionWindow, rows: RawBuilder<WindowRow>) => lookAt(context, window, rows);
  return {
    findEntered: (model, stage, window) =>
      look(
        window,
        sql`select mv.version, mv.version <= ${model.adoptedThrough} and not exists (
            select 1 from registry_slot_intervals si where si.model_id = ${model.modelId}
              and si.version = mv.version and si.to_ms is null and si.slot in (${slotsOf(stage)})) as found
          from model_versions mv where mv.workspace = ${workspace} and mv.name = ${model.name}
            and mv.current_stage = ${stage} and mv.version > ${window.after}
          order by mv.version limit ${window.limit}`,
      ),
    findLeft: (model, stage, window) =>
      look(
        window,
        sql`select si.version, not exists (select 1 from model_versions mv where mv.workspace = ${workspace}
            and mv.name = ${model.name} and mv.version = si.version
            and mv.current_stage = ${toMlflowStage(stage)}) as found
          from registry_slot_intervals si where si.model_id = ${model.modelId} and si.slot = ${`stage:${stage}`}
            and si.to_ms is null and si.version > ${window.after}
          order by si.version limit ${window.limit}`,
      ),
    findDeleted: (model, window) =>
      look(
        window,
        sql`select mv.version, exists (select 1 from registry_versions rv where rv.model_id = ${model.modelId}
            and rv.version = mv.version and rv.deleted_at_ms is null) as found
          from model_versions mv where mv.workspace = ${workspace} and mv.name = ${model.name}
            and mv.current_stage = ${sql.lit(DELETED_STAGE)} and mv.version > ${window.after}
          order by mv.version limit ${window.limit}`,
      ),
    listAliasDifferences: (model) => listAliasDifferences(context, model),
    async listMisplaced(after, limit) {
      const rows = await db
        .selectFrom('registry_models as rm')
        .select(['rm.model_id', 'rm.name', 'rm.adopted_through', 'rm.mlflow_created_at_ms'])
        .where('rm.workspace', '=', workspace)
        .where('rm.deleted_at_ms', 'is', null)
        .where('rm.model_id', '>', after)
        .where(sql<boolean>`not exists (select 1 from registered_models m where m.workspace = rm.workspace
          and m.name = rm.name and m.creation_time is not distinct from rm.mlflow_created_at_ms)`)
        .orderBy('rm.model_id')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        modelId: row.model_id,
        name: row.name,
        adoptedThrough: row.adopted_through,
        mlflowCreatedAtMs: row.mlflow_created_at_ms,
      }));
    },
    async listNamesCreatedAt(createdAtMs) {
      const { rows } = await sql<{ name: string }>`select name from registered_models
        where workspace = ${workspace} and creation_time = ${createdAtMs} order by name`.execute(db);
      return rows.map((row) => row.name);
    },
    async countForeignRecords(modelId, name, limit) {
      const { rows } = await sql<{ count: number }>`select count(*) as count from (
          select version, created_at_ms from registry_versions where model_id = ${modelId}
          order by version desc limit ${limit}) as rv
        where not exists (select 1 from model_versions mv where mv.workspace = ${workspace} and mv.name = ${name}
          and mv.version = rv.version and coalesce(mv.creation_time, rv.created_at_ms) = rv.created_at_ms)`.execute(
        db,
      );
      return rows[0]?.count ?? 0;
    },
    async greatestRecorded(modelId) {
      const { rows } = await sql<{ version: number | null }>`select max(version) as version
        from registry_versions where model_id = ${modelId}`.execute(db);
      return rows[0]?.version ?? 0;
    },
    countBacklog: () => countBacklog(context),
  };
}

export function adoptionWriter(context: StoreContext): AdoptionWriter {
  return { ...adoptionReader(context), ...versionAdoption(context) };
}

/** Deprecated is a mark of ours on what MLflow calls Archived. */
function slotsOf(stage: MlflowStage): RawBuilder<unknown> {
  const slot = `stage:${fromMlflowStage(stage)}`;
  return stage === 'Archived' ? sql`${slot}, 'stage:deprecated'` : sql`${slot}`;
}

async function lookAt(
  { db }: StoreContext,
  { limit }: VersionWindow,
  rows: RawBuilder<WindowRow>,
): Promise<VersionWindowResult> {
  const seen = (await rows.execute(db)).rows;
  return {
    versions: seen.filter((row) => Boolean(row.found)).map((row) => row.version),
    next: seen.length < limit ? null : (seen.at(-1)?.version ?? null),
  };
}

async function listAliasDifferences(
  { db, workspace }: StoreContext,
  { modelId, name }: ModelIdentity,
): Promise<AliasDifference[]> {
  const { rows } = await sql<AliasDifference>`
    with held as (select slot, version from registry_slot_intervals
        where model_id = ${modelId} and to_ms is null and slot like 'alias:%'),
      pointing as (select 'alias:' || alias as slot, version from registered_model_aliases
        where workspace = ${workspace} and name = ${name})
    select slot as alias, version as holder, null as version from held
      where not exists (select 1 from pointing p where p.slot = held.slot and p.version = held.version)
    union all
    select slot as alias, null as holder, version from pointing
      where not exists (select 1 from held h where h.slot = pointing.slot and h.version = pointing.version)
    order by 1`.execute(db);
  return rows.map((row) => ({ ...row, alias: row.alias.slice('alias:'.length) }));
}
