import { sql } from 'kysely';
import type { SemanticVersion } from '../domain/semantic-version.ts';
import type { ModelIdentity } from '../domain/version-record.ts';
import type { StoreContext } from './context.ts';
import { notDeleted } from './model-version-rows.ts';

/** Our stage for MLflow's, in SQL (domain/stage.ts has the table). */
const stageOf = sql`case mv.current_stage when 'Staging' then 'stage:staging'
  when 'Production' then 'stage:production' when 'Archived' then 'stage:archived'
  else 'stage:development' end`;

/** Set-wise, so that a model with a million versions is adopted in seconds. */
export async function adoptBeyond(
  { db, workspace }: StoreContext,
  identity: ModelIdentity,
  start: { greatest: SemanticVersion | null; nowMs: number },
): Promise<void> {
  const { modelId, name, adoptedThrough } = identity;
  const major = start.greatest?.major ?? 1;
  const before = start.greatest?.minor ?? -1;
  const beyond = sql`mv.workspace = ${workspace} and mv.name = ${name} and mv.version > ${adoptedThrough}`;
  await sql`insert into registry_versions (model_id, version, created_at_ms, created_by, origin,
      sem_major, sem_minor, sem_patch, sem_prerelease, deprecated, seal, deleted_at_ms)
    select ${modelId}, mv.version, coalesce(mv.creation_time, ${start.nowMs}), 'unknown', 'adopted',
      ${major}, ${before} + row_number() over (order by mv.version), 0, '', ${sql.lit(false)}, 'pending',
      case when mv.current_stage = 'Deleted_Internal' then mv.last_updated_time end
    from model_versions mv where ${beyond}`.execute(db);
  // A stage is known to hold since the row was last touched; who did it is not known.
  await sql`insert into registry_slot_intervals (model_id, slot, version, from_ms, actor, forced, origin)
    select ${modelId}, ${stageOf}, mv.version,
      coalesce(mv.last_updated_time, mv.creation_time, ${start.nowMs}), 'unknown', ${sql.lit(false)}, 'adopted'
    from model_versions mv where ${beyond} and ${notDeleted}`.execute(db);
  await sql`update registry_models set adopted_through = coalesce(
      (select max(mv.version) from model_versions mv where mv.workspace = ${workspace} and mv.name = ${name}),
      adopted_through)
    where model_id = ${modelId}`.execute(db);
}
