import { type RawBuilder, sql } from 'kysely';
import type { Int64 } from '../domain/int64.ts';
import type { ModelVersion } from '../domain/model-version.ts';
import { DELETED_STAGE, type MlflowStage } from '../domain/stage.ts';
import type { Tag } from '../domain/tag.ts';
import { parseJsonRows } from './context.ts';
import type { Dialect } from './dialect.ts';

/** A row of `model_versions` with its tags (and aliases) as JSON text. */
export interface ModelVersionRow {
  readonly name: string;
  readonly version: number;
  readonly creation_time: Int64 | null;
  readonly last_updated_time: Int64 | null;
  readonly description: string | null;
  readonly user_id: string | null;
  readonly current_stage: string | null;
  readonly source: string | null;
  readonly run_id: string | null;
  readonly status: string | null;
  readonly status_message: string | null;
  readonly run_link: string | null;
  readonly storage_location: string | null;
  readonly tags: string;
  readonly aliases?: string;
}

const COLUMNS = [
  'name',
  'version',
  'creation_time',
  'last_updated_time',
  'description',
  'user_id',
  'current_stage',
  'source',
  'run_id',
  'status',
  'status_message',
  'run_link',
  'storage_location',
] as const;

/** The columns of `mv`, by name. */
export const versionColumns = sql.join(COLUMNS.map((column) => sql.ref(`mv.${column}`)));

/** The names that a JSON row of a version has, see `Dialect.jsonRows`. */
export const versionJsonColumns: readonly string[] = [...COLUMNS, 'tags'];

/** `mv` is not deleted. */
export const notDeleted = sql`mv.current_stage <> ${sql.lit(DELETED_STAGE)}`;

/** The tags of `mv` as JSON rows, by key. */
export function versionTags(dialect: Dialect): RawBuilder<string> {
  return dialect.jsonRows(
    sql`(select t.key, t.value from model_version_tags t
      where t.workspace = mv.workspace and t.name = mv.name and t.version = mv.version
      order by t.key)`,
    ['key', 'value'],
  );
}

/** The aliases of `mv` as JSON rows, by name. */
export function versionAliases(dialect: Dialect): RawBuilder<string> {
  return dialect.jsonRows(
    sql`(select a.alias from registered_model_aliases a
      where a.workspace = mv.workspace and a.name = mv.name and a.version = mv.version
      order by a.alias)`,
    ['alias'],
  );
}

/** Row → domain. */
export function toModelVersion(row: ModelVersionRow): ModelVersion {
  return {
    name: row.name,
    version: row.version,
    createdAtMs: row.creation_time,
    updatedAtMs: row.last_updated_time,
    description: row.description,
    userId: row.user_id,
    // MLflow's column is nullable; a row without a stage was never moved.
    stage: (row.current_stage ?? 'None') as MlflowStage,
    source: row.source,
    runId: row.run_id,
    status: row.status,
    statusMessage: row.status_message,
    runLink: row.run_link,
    storageLocation: row.storage_location,
    tags: toTags(row.tags),
    aliases:
      row.aliases === undefined ? [] : parseJsonRows<{ alias: string }>(row.aliases).map((a) => a.alias),
  };
}

/** JSON rows of `{key, value}` → tags; MLflow's value column is nullable. */
export function toTags(json: string): Tag[] {
  return parseJsonRows<{ key: string; value: string | null }>(json).map(({ key, value }) => ({
    key,
    value: value ?? '',
  }));
}
