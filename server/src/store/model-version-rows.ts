import { type RawBuilder, sql } from 'kysely';
import { compareBytewise } from '../domain/bytewise-order.ts';
import type { Int64 } from '../domain/int64.ts';
import type { ModelVersion } from '../domain/model-version.ts';
import { DELETED_STAGE, type MlflowStage } from '../domain/stage.ts';
import type { Dialect } from './dialect.ts';
import { keyValueLists, toTags } from './key-value-rows.ts';

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

/** The columns of a version in a JSON list; `fromVersionList` reads it. */
export const versionListColumns: readonly string[] = [...COLUMNS, 'tags'];

/** What `Dialect.jsonLists` made of `versionListColumns` → row. */
export function fromVersionList(list: readonly unknown[]): ModelVersionRow {
  return Object.fromEntries(versionListColumns.map((column, index) => [column, list[index]])) as never;
}

/** `mv` is not deleted. */
export const notDeleted = sql`mv.current_stage <> ${sql.lit(DELETED_STAGE)}`;

/** The tags of `mv`, for `toTags`. */
export function versionTags(dialect: Dialect): RawBuilder<string> {
  return keyValueLists(
    dialect,
    sql`select t.key, t.value from model_version_tags t
      where t.workspace = mv.workspace and t.name = mv.name and t.version = mv.version`,
  );
}

/** The aliases of `mv` as JSON lists. */
export function versionAliases(dialect: Dialect): RawBuilder<string> {
  return dialect.jsonLists(
    sql`(select a.alias from registered_model_aliases a
      where a.workspace = mv.workspace and a.name = mv.name and a.version = mv.version)`,
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
    aliases: toAliases(row.aliases),
  };
}

const NO_ALIASES: readonly string[] = [];

function toAliases(json: string | undefined): readonly string[] {
  if (json === undefined || json === '[]') return NO_ALIASES;
  return (JSON.parse(json) as [string][]).map(([alias]) => alias).sort(compareBytewise);
}
