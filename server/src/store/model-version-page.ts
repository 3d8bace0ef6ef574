import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { ModelVersion } from '../domain/model-version.ts';
import { type Stage, toMlflowStage } from '../domain/stage.ts';
import type { VersionPage } from '../operations/ports/model-version.ts';
import { allOf } from './condition.ts';
import type { StoreContext } from './context.ts';
import {
  type ModelVersionRow,
  notDeleted,
  toModelVersion,
  versionAliases,
  versionColumns,
  versionTags,
} from './model-version-rows.ts';

/** Keyset by number: a walk down the primary key, or down the index on stages. */
export async function listVersionPage(
  context: StoreContext,
  name: string,
  { stage, before, limit }: VersionPage,
): Promise<ModelVersion[]> {
  const { db, dialect } = context;
  const where = allOf([
    ...inStage(context, name, stage),
    ...(before === null ? [] : [sql<SqlBool>`mv.version < ${before}`]),
  ]);
  const { rows } = await sql<ModelVersionRow>`
    select ${versionColumns}, ${versionTags(dialect)} as tags, ${versionAliases(dialect)} as aliases
    from model_versions mv where ${where} order by mv.version desc limit ${limit}`.execute(db);
  return rows.map(toModelVersion);
}

/** Probes of the primary key; in any order. */
export async function listVersionsByNumber(
  context: StoreContext,
  name: string,
  versions: readonly number[],
): Promise<ModelVersion[]> {
  const { db, dialect, workspace } = context;
  const { rows } = await sql<ModelVersionRow>`
    select ${versionColumns}, ${versionTags(dialect)} as tags, ${versionAliases(dialect)} as aliases
    from model_versions mv where mv.workspace = ${workspace} and mv.name = ${name}
      and mv.version in (${sql.join(versions)}) and ${notDeleted}`.execute(db);
  return rows.map(toModelVersion);
}

/** Counted in the index. */
export async function countVersions(
  context: StoreContext,
  name: string,
  stage: Stage | null,
): Promise<number> {
  const { rows } = await sql<{ total: number }>`
    select count(*) as total from model_versions mv
    where ${allOf(inStage(context, name, stage))}`.execute(context.db);
  return rows[0]?.total ?? 0;
}

/** MLflow's Archived is two stages of ours; our mark tells them apart. */
function inStage({ workspace }: StoreContext, name: string, stage: Stage | null): RawBuilder<SqlBool>[] {
  const ofModel = sql<SqlBool>`mv.workspace = ${workspace} and mv.name = ${name}`;
  if (stage === null) return [ofModel, sql<SqlBool>`${notDeleted}`];
  const conditions = [ofModel, sql<SqlBool>`mv.current_stage = ${toMlflowStage(stage)}`];
  if (stage !== 'archived' && stage !== 'deprecated') return conditions;
  // The marked ones are few, and have an index of their own.
  const marked = sql`(select rv.version from registry_models rm
    join registry_versions rv on rv.model_id = rm.model_id and rv.deprecated = ${sql.lit(true)}
    where rm.workspace = ${workspace} and rm.name = ${name} and rm.deleted_at_ms is null)`;
  return [
    ...conditions,
    stage === 'deprecated'
      ? sql<SqlBool>`mv.version in ${marked}`
      : sql<SqlBool>`mv.version not in ${marked}`,
  ];
}
