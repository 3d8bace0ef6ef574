import { sql } from 'kysely';
import { DELETED_STAGE, MLFLOW_STAGES } from '../domain/stage.ts';
import { lastTagPerKey } from '../domain/tag.ts';
import type { ModelVersionReader, ModelVersionWriter } from '../operations/ports/model-version.ts';
import { hotLookup, hotWrite, type StoreContext } from './context.ts';
import { jsonTableText } from './json-table.ts';
import { countVersions, listVersionPage, listVersionsByNumber } from './model-version-page.ts';
import {
  type ModelVersionRow,
  notDeleted,
  toModelVersion,
  versionAliases,
  versionColumns,
  versionTags,
} from './model-version-rows.ts';
import { searchModelVersions } from './model-version-search.ts';

const findVersion = hotLookup<{ workspace: string; name: string; version: number }, ModelVersionRow>(
  (dialect, value) => sql`
    select ${versionColumns}, ${versionTags(dialect)} as tags, ${versionAliases(dialect)} as aliases
    from model_versions mv
    where mv.workspace = ${value('workspace')} and mv.name = ${value('name')}
      and mv.version = ${value('version')} and ${notDeleted}`,
);

const findVersionByAlias = hotLookup<{ workspace: string; name: string; alias: string }, ModelVersionRow>(
  (dialect, value) => sql`
    select ${versionColumns}, ${versionTags(dialect)} as tags, ${versionAliases(dialect)} as aliases
    from registered_model_aliases pointer
    join model_versions mv on mv.workspace = pointer.workspace and mv.name = pointer.name
      and mv.version = pointer.version and ${notDeleted}
    where pointer.workspace = ${value('workspace')} and pointer.name = ${value('name')}
      and pointer.alias = ${value('alias')}`,
);

/** The greatest version of every stage; each is one probe of the index on stages. */
const latestVersions = hotLookup<{ workspace: string; name: string }, ModelVersionRow>((dialect, value) => {
  const greatest = MLFLOW_STAGES.map(
    (stage) => sql`(select max(g.version) from model_versions g
      where g.workspace = ${value('workspace')} and g.name = ${value('name')}
        and g.current_stage = ${sql.lit(stage)})`,
  );
  return sql`
    select ${versionColumns}, ${versionTags(dialect)} as tags, ${versionAliases(dialect)} as aliases
    from model_versions mv
    where mv.workspace = ${value('workspace')} and mv.name = ${value('name')}
      and mv.version in (${sql.join(greatest)})
    order by mv.version`;
});

const greatestNumber = hotLookup<{ workspace: string; name: string }, { greatest: number | null }>(
  (_dialect, value) => sql`select max(version) as greatest from model_versions
    where workspace = ${value('workspace')} and name = ${value('name')}`,
);

interface NewVersionValues {
  readonly workspace: string;
  readonly name: string;
  readonly version: number;
  readonly nowMs: number;
  readonly description: string | null;
  readonly userId: string | null;
  readonly stage: string;
  readonly source: string;
  readonly runId: string | null;
  readonly runLink: string | null;
  readonly storageLocation: string;
}

const insertVersion = hotWrite<NewVersionValues>(
  (_dialect, value) => sql`insert into model_versions (workspace, name, version, creation_time,
      last_updated_time, description, user_id, current_stage, source, run_id, status, run_link, storage_location)
    values (${value('workspace')}, ${value('name')}, ${value('version')}, ${value('nowMs')}, ${value('nowMs')},
      ${value('description')}, ${value('userId')}, ${value('stage')}, ${value('source')}, ${value('runId')},
      'READY', ${value('runLink')}, ${value('storageLocation')})`,
);

const insertTags = hotWrite<{ workspace: string; name: string; version: number; tags: string }>(
  (dialect, value) => sql`insert into model_version_tags (workspace, name, version, key, value)
    select cast(${value('workspace')} as text), cast(${value('name')} as text), cast(${value('version')} as integer),
      t.key, t.value
    from ${dialect.jsonTable(value('tags'), [
      ['key', 'text'],
      ['value', 'text'],
    ])} as t`,
);

export function modelVersionReader(context: StoreContext): ModelVersionReader {
  const { db, dialect, workspace } = context;
  return {
    async find(name, version) {
      const [row] = await findVersion(context, { workspace, name, version });
      return row === undefined ? null : toModelVersion(row);
    },
    async listNumbers(name, versions) {
      if (versions.length === 0) return [];
      return listVersionsByNumber(context, name, versions);
    },
    async findByAlias(name, alias) {
      const [row] = await findVersionByAlias(context, { workspace, name, alias });
      return row === undefined ? null : toModelVersion(row);
    },
    async latest(name, stages) {
      const versions = (await latestVersions(context, { workspace, name })).map(toModelVersion);
      return versions.filter((version) => stages.includes(version.stage));
    },
    async greatestNumber(name) {
      const [row] = await greatestNumber(context, { workspace, name });
      return row?.greatest ?? 0;
    },
    async listNumbersInStage(name, stage, limit) {
      const { rows } = await sql<{ version: number }>`select mv.version from model_versions mv
        where mv.workspace = ${workspace} and mv.name = ${name} and mv.current_stage = ${stage}
        order by mv.version desc limit ${limit}`.execute(db);
      return rows.map(({ version }) => version);
    },
    count: (name, stage) => countVersions(context, name, stage),
    listPage: (name, page) => listVersionPage(context, name, page),
    search: (search, readable, page) =>
      searchModelVersions({ db, dialect, workspace }, search, readable, page),
  };
}

export function modelVersionWriter(context: StoreContext): ModelVersionWriter {
  const { db, workspace } = context;
  const one = (name: string, version: number) =>
    db
      .updateTable('model_versions')
      .where('workspace', '=', workspace)
      .where('name', '=', name)
      .where('version', '=', version);
  return {
    ...modelVersionReader(context),
    ...tagWriter(context),
    async insert(version) {
      const { name, tags: _, ...values } = version;
      await insertVersion(context, { workspace, name, ...values });
      if (version.tags.length === 0) return;
      const tags = jsonTableText(lastTagPerKey(version.tags).map(({ key, value }) => [key, value]));
      await insertTags(context, { workspace, name, version: version.version, tags });
    },
    async setDescription(name, version, description, nowMs) {
      await one(name, version).set({ description, last_updated_time: nowMs }).execute();
    },
    async setStage(name, versions, stage, nowMs) {
      await db
        .updateTable('model_versions')
        .set({ current_stage: stage, last_updated_time: nowMs })
        .where('workspace', '=', workspace)
        .where('name', '=', name)
        .where('version', 'in', [...versions])
        .execute();
    },
    async markDeleted(name, version, nowMs) {
      // MLflow: these very texts mark a deleted row.
      await one(name, version)
        .set({
          current_stage: DELETED_STAGE,
          last_updated_time: nowMs,
          description: null,
          user_id: null,
          status_message: null,
          source: 'REDACTED-SOURCE-PATH',
          run_id: 'REDACTED-RUN-ID',
          run_link: 'REDACTED-RUN-LINK',
        })
        .execute();
    },
  };
}

function tagWriter({ db, workspace }: StoreContext): Pick<ModelVersionWriter, 'putTag' | 'deleteTag'> {
  return {
    async putTag(name, version, { key, value }) {
      await db
        .insertInto('model_version_tags')
        .values({ workspace, name, version, key, value })
        .onConflict((conflict) =>
          conflict.columns(['workspace', 'key', 'name', 'version']).doUpdateSet({ value }),
        )
        .execute();
    },
    async deleteTag(name, version, key) {
      await db
        .deleteFrom('model_version_tags')
        .where('workspace', '=', workspace)
        .where('name', '=', name)
        .where('version', '=', version)
        .where('key', '=', key)
        .execute();
    },
  };
}
