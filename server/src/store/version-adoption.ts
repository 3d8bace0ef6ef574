import { sql } from 'kysely';
import { DELETED_STAGE } from '../domain/stage.ts';
import type { ModelIdentity } from '../domain/version-record.ts';
import type { AdoptionWriter } from '../operations/ports/adoption.ts';
import type { StoreContext } from './context.ts';
import { notDeleted } from './model-version-rows.ts';

/** Our stage for MLflow's, in SQL (domain/stage.ts has the table). */
const slotOfStage = sql`case mv.current_stage when 'Staging' then 'stage:staging'
  when 'Production' then 'stage:production' when 'Archived' then 'stage:archived'
  else 'stage:development' end`;

const deleted = sql`mv.current_stage = ${sql.lit(DELETED_STAGE)}`;

/** Versions from `low` to `high`, none of which has a record, and the label before them. */
interface Span {
  readonly low: number;
  readonly high: number;
  /** `low` is labelled `major.(minor + low)`. */
  readonly major: number;
  readonly minor: number;
}

export function versionAdoption(context: StoreContext): Pick<AdoptionWriter, 'adoptNext' | 'adoptVersion'> {
  const { db, workspace } = context;
  return {
    async adoptNext(model, { limit, nowMs }) {
      const low = await firstWithoutRecord(context, model);
      if (low === null) return setAdoptedThrough(context, model, null);
      const ahead = await findRecord(context, model, sql`min(version)`, sql`version > ${low}`);
      const until = sql`mv.version < ${ahead ?? 2 ** 31 - 1}`;
      const last = await sql<{ high: number }>`select max(version) as high from (
          select mv.version from model_versions mv where mv.workspace = ${workspace} and mv.name = ${model.name}
            and mv.version >= ${low} and ${until} order by mv.version limit ${limit}) as batch`.execute(db);
      const high = last.rows[0]?.high ?? low;
      await adoptSpan(context, model, { low, high, ...(await labelBefore(context, model, low)) }, nowMs);
      return setAdoptedThrough(context, model, high);
    },
    async adoptVersion(model, version, nowMs) {
      const known = await findRecord(context, model, sql`max(version)`, sql`version = ${version}`);
      if (known !== null) return;
      const label = await labelBefore(context, model, version);
      await adoptSpan(context, model, { low: version, high: version, ...label }, nowMs);
    },
  };
}

async function firstWithoutRecord(
  { db, workspace }: StoreContext,
  { modelId, name, adoptedThrough }: ModelIdentity,
): Promise<number | null> {
  const { rows } = await sql<{ version: number }>`select mv.version from model_versions mv
    where mv.workspace = ${workspace} and mv.name = ${name} and mv.version > ${adoptedThrough}
      and not exists (select 1 from registry_versions rv where rv.model_id = ${modelId} and rv.version = mv.version)
    order by mv.version limit 1`.execute(db);
  return rows[0]?.version ?? null;
}

async function findRecord(
  { db }: StoreContext,
  { modelId }: ModelIdentity,
  which: ReturnType<typeof sql>,
  where: ReturnType<typeof sql>,
): Promise<number | null> {
  const { rows } = await sql<{ version: number | null }>`select ${which} as version from registry_versions
    where model_id = ${modelId} and ${where}`.execute(db);
  return rows[0]?.version ?? null;
}

async function labelBefore(
  context: StoreContext,
  model: ModelIdentity,
  version: number,
): Promise<{ major: number; minor: number }> {
  const number = await findRecord(context, model, sql`max(version)`, sql`version < ${version}`);
  const { rows } = await sql<{ major: number; minor: number }>`
    select sem_major as major, sem_minor as minor from registry_versions
    where model_id = ${model.modelId} and version < ${version} and sem_major is not null
    order by sem_major desc, sem_minor desc limit 1`.execute(context.db);
  const greatest = rows[0] ?? { major: 1, minor: -1 };
  return { major: greatest.major, minor: greatest.minor - (number ?? 0) };
}

async function adoptSpan(
  { db, workspace }: StoreContext,
  { modelId, name }: ModelIdentity,
  { low, high, major, minor }: Span,
  nowMs: number,
): Promise<void> {
  const span = sql`mv.workspace = ${workspace} and mv.name = ${name} and mv.version between ${low} and ${high}`;
  await sql`insert into registry_versions (model_id, version, created_at_ms, created_by, origin,
      sem_major, sem_minor, sem_patch, sem_prerelease, deprecated, seal, deleted_at_ms, deleted_by)
    select ${modelId}, mv.version, coalesce(mv.creation_time, ${nowMs}), 'unknown', 'adopted',
      ${major}, ${minor} + mv.version, 0, '', ${sql.lit(false)}, 'pending',
      case when ${deleted} then coalesce(mv.last_updated_time, ${nowMs}) end,
      case when ${deleted} then 'unknown' end
    from model_versions mv where ${span}`.execute(db);
  // A stage is known to hold since the row was last touched; who did it is not known.
  await sql`insert into registry_slot_intervals (model_id, slot, version, from_ms, actor, forced, origin)
    select ${modelId}, ${slotOfStage}, mv.version,
      coalesce(mv.last_updated_time, mv.creation_time, ${nowMs}), 'unknown', ${sql.lit(false)}, 'adopted'
    from model_versions mv where ${span} and ${notDeleted}`.execute(db);
}

/** Null: through the greatest version that there is. */
async function setAdoptedThrough(
  { db, workspace }: StoreContext,
  { modelId, name, adoptedThrough }: ModelIdentity,
  version: number | null,
): Promise<number> {
  const through =
    version === null
      ? sql`coalesce((select max(mv.version) from model_versions mv
          where mv.workspace = ${workspace} and mv.name = ${name}), adopted_through)`
      : sql`${version}`;
  const { rows } = await sql<{
    adopted_through: number;
  }>`update registry_models set adopted_through = ${through}
    where model_id = ${modelId} returning adopted_through`.execute(db);
  return rows[0]?.adopted_through ?? adoptedThrough;
}
