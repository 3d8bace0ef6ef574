import { sql } from 'kysely';
import type { Int64 } from '../domain/int64.ts';
import type { RegisteredModel } from '../domain/registered-model.ts';
import { MLFLOW_STAGES } from '../domain/stage.ts';
import { parseJsonRows } from './context.ts';
import type { Dialect } from './dialect.ts';
import {
  type ModelVersionRow,
  toModelVersion,
  toTags,
  versionColumns,
  versionJsonColumns,
  versionTags,
} from './model-version-rows.ts';

/** A row of `registered_models` with its tags, aliases and latest versions as JSON text. */
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
  const tags = dialect.jsonRows(
    sql`(select t.key, t.value from registered_model_tags t
      where t.workspace = rm.workspace and t.name = rm.name order by t.key)`,
    ['key', 'value'],
  );
  const aliases = dialect.jsonRows(
    sql`(select a.alias, a.version from registered_model_aliases a
      where a.workspace = rm.workspace and a.name = rm.name order by a.alias)`,
    ['alias', 'version'],
  );
  const greatest = MLFLOW_STAGES.map(
    (stage) => sql`(select max(g.version) from model_versions g
      where g.workspace = rm.workspace and g.name = rm.name and g.current_stage = ${sql.lit(stage)})`,
  );
  const latest = dialect.jsonRows(
    sql`(select ${versionColumns}, ${versionTags(dialect)} as tags from model_versions mv
      where mv.workspace = rm.workspace and mv.name = rm.name and mv.version in (${sql.join(greatest)})
      order by mv.version)`,
    versionJsonColumns,
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
    aliases: parseJsonRows(row.aliases),
    latestVersions: parseJsonRows<ModelVersionRow>(row.latest).map(toModelVersion),
  };
}
