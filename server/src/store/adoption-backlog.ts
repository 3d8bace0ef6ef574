import { type RawBuilder, sql } from 'kysely';
import { DELETED_STAGE } from '../domain/stage.ts';
import type { AdoptionBacklog } from '../operations/ports/adoption.ts';
import type { StoreContext } from './context.ts';

/** Whether MLflow's stage of `mv` is the one of our slot in `si`. */
const sameStage = sql`mv.current_stage = case si.slot when 'stage:staging' then 'Staging'
  when 'stage:production' then 'Production' when 'stage:archived' then 'Archived'
  when 'stage:deprecated' then 'Archived' else 'None' end`;

/** The model of `rm` is there; one that is gone or renamed is counted as a model, not by its parts. */
const modelIsThere = sql`exists (select 1 from registered_models m where m.workspace = rm.workspace
  and m.name = rm.name and m.creation_time is not distinct from rm.mlflow_created_at_ms)`;

/** See `AdoptionReader.countBacklog`. A version in development is not compared: a model may have a million. */
export async function countBacklog(context: StoreContext): Promise<AdoptionBacklog> {
  const { workspace } = context;
  const count = async (from: RawBuilder<unknown>) => {
    const { rows } = await sql<{ count: number }>`select count(*) as count ${from}`.execute(context.db);
    return rows[0]?.count ?? 0;
  };
  const living = sql`rm.workspace = ${workspace} and rm.deleted_at_ms is null`;
  return {
    models: await count(sql`from registered_models m where m.workspace = ${workspace} and not exists (
      select 1 from registry_models rm where rm.name = m.name and ${living})`),
    versions: await count(sql`from model_versions mv
      left join registry_models rm on rm.workspace = mv.workspace and rm.name = mv.name and rm.deleted_at_ms is null
      where mv.workspace = ${workspace} and mv.version > coalesce(rm.adopted_through, 0)`),
    stages: await count(stageDifferences(living)),
    aliases: await count(aliasDifferences(living)),
    deletedVersions: await count(sql`from registry_models rm
      join model_versions mv on mv.workspace = rm.workspace and mv.name = rm.name
        and mv.current_stage = ${sql.lit(DELETED_STAGE)}
      join registry_versions rv on rv.model_id = rm.model_id and rv.version = mv.version and rv.deleted_at_ms is null
      where ${living} and ${modelIsThere}`),
    deletedModels: await count(sql`from registry_models rm where ${living} and not ${modelIsThere}`),
  };
}

function stageDifferences(living: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`from (
    select rm.model_id, mv.version from registry_models rm
      join model_versions mv on mv.workspace = rm.workspace and mv.name = rm.name
        and mv.current_stage in ('Staging', 'Production', 'Archived') and mv.version <= rm.adopted_through
      where ${living} and ${modelIsThere} and not exists (
        select 1 from registry_slot_intervals si where si.model_id = rm.model_id and si.version = mv.version
          and si.to_ms is null and ${sameStage})
    union
    select rm.model_id, si.version from registry_models rm
      join registry_slot_intervals si on si.model_id = rm.model_id and si.to_ms is null
        and si.slot in ('stage:staging', 'stage:production', 'stage:archived', 'stage:deprecated')
      where ${living} and ${modelIsThere} and not exists (
        select 1 from model_versions mv where mv.workspace = rm.workspace and mv.name = rm.name
          and mv.version = si.version and (${sameStage} or mv.current_stage = ${sql.lit(DELETED_STAGE)}))
    ) as differing`;
}

function aliasDifferences(living: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`from (
    select rm.model_id, 'alias:' || a.alias as slot from registry_models rm
      join registered_model_aliases a on a.workspace = rm.workspace and a.name = rm.name
      where ${living} and ${modelIsThere} and not exists (
        select 1 from registry_slot_intervals si where si.model_id = rm.model_id
          and si.slot = 'alias:' || a.alias and si.version = a.version and si.to_ms is null)
    union
    select rm.model_id, si.slot from registry_models rm
      join registry_slot_intervals si on si.model_id = rm.model_id and si.to_ms is null
        and si.slot like 'alias:%'
      where ${living} and ${modelIsThere} and not exists (
        select 1 from registered_model_aliases a where a.workspace = rm.workspace and a.name = rm.name
          and 'alias:' || a.alias = si.slot and a.version = si.version)
    ) as differing`;
}
