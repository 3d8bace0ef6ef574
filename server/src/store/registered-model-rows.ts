import { sql } from 'kysely';
import { compareBytewise } from '../domain/bytewise-order.ts';
import type { Int64 } from '../domain/int64.ts';
import type { ModelVersion } from '../domain/model-version.ts';
import type { AliasEntry, RegisteredModel } from '../domain/registered-model.ts';
import { MLFLOW_STAGES } from '../domain/stage.ts';
import type { Dialect } from './dialect.ts';
import { keyValueLists, toTags } from './key-value-rows.ts';
import {
  fromVersionList,
  toModelVersion,
  versionColumns,
  versionListColumns,
  versionTags,
} from './model-version-rows.ts';

/** A row of `registered_models` with its tags, aliases and latest versions as JSON lists. */
export interface RegisteredModelRow {
  readonly name: string;
  readonly creation_time: Int64 | null;
  readonly last_updated_time: Int64 | null;
  readonly description: string | null;
  readonly tags: string;
  readonly aliases: string;
  readonly latest: string;
}

/** The columns of a whole model, `rm` being its row. The latest versions are one index probe per stage. */
export function wholeModel(dialect: Dialect) {
  const tags = keyValueLists(
    dialect,
    sql`select t.key, t.value from registered_model_tags t
      where t.workspace = rm.workspace and t.name = rm.name`,
  );
  const aliases = dialect.jsonLists(
    sql`(select a.alias, a.version from registered_model_aliases a
      where a.workspace = rm.workspace and a.name = rm.name)`,
    ['alias', 'version'],
  );
  const greatest = MLFLOW_STAGES.map(
    (stage) => sql`(select max(g.version) from model_versions g
      where g.workspace = rm.workspace and g.name = rm.name and g.current_stage = ${sql.lit(stage)})`,
  );
  const latest = dialect.jsonLists(
    sql`(select ${versionColumns}, ${versionTags(dialect)} as tags from model_versions mv
      where mv.workspace = rm.workspace and mv.name = rm.name and mv.version in (${sql.join(greatest)}))`,
    versionListColumns,
  );
  return sql`rm.name, rm.creation_time, rm.last_updated_time, rm.description,
    ${tags} as tags, ${aliases} as aliases, ${latest} as latest`;
}

/** Row → domain. */
export function toRegisteredModel(row: RegisteredModelRow): RegisteredModel {
  return {
    name: row.name,
    createdAtMs: row.creation_time,
    updatedAtMs: row.last_updated_time,
    description: row.description,
    tags: toTags(row.tags),
    aliases: toAliases(row.aliases),
    latestVersions: toLatestVersions(row.latest),
  };
}

const NO_ALIASES: readonly AliasEntry[] = [];
const NO_VERSIONS: readonly ModelVersion[] = [];

function toAliases(json: string): readonly AliasEntry[] {
  if (json === '[]') return NO_ALIASES;
  return (JSON.parse(json) as [string, number][])
    .map(([alias, version]) => ({ alias, version }))
    .sort((a, b) => compareBytewise(a.alias, b.alias));
}

function toLatestVersions(json: string): readonly ModelVersion[] {
  if (json === '[]') return NO_VERSIONS;
  return (JSON.parse(json) as unknown[][])
    .map((list) => toModelVersion(fromVersionList(list)))
    .sort((a, b) => a.version - b.version);
}
