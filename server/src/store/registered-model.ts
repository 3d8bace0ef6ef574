import { sql } from 'kysely';
import type { Int64 } from '../domain/int64.ts';
import { type ModelKind, PROMPT_TAG } from '../domain/registered-model.ts';
import { lastTagPerKey } from '../domain/tag.ts';
import type { RegisteredModelReader, RegisteredModelWriter } from '../operations/ports/registered-model.ts';
import { hotLookup, hotStatement, hotWrite, type StoreContext } from './context.ts';
import { type RegisteredModelRow, toRegisteredModel, wholeModel } from './registered-model-rows.ts';
import { countRegisteredModels, searchRegisteredModels } from './registered-model-search.ts';

const findModel = hotLookup<{ workspace: string; name: string }, RegisteredModelRow>(
  (dialect, value) => sql`select ${wholeModel(dialect)} from registered_models rm
    where rm.workspace = ${value('workspace')} and rm.name = ${value('name')}`,
);

const findPromptTag = hotLookup<{ workspace: string; name: string }, { prompt: string | null }>(
  (_dialect, value) => sql`select t.key as prompt from registered_models rm
    left join registered_model_tags t on t.workspace = rm.workspace and t.name = rm.name
      and t.key = ${sql.lit(PROMPT_TAG)} and t.value = 'true'
    where rm.workspace = ${value('workspace')} and rm.name = ${value('name')}`,
);

const lockModel = hotStatement<
  { workspace: string; name: string },
  { name: string; creation_time: Int64 | null }
>(
  (dialect, value) => sql`select name, creation_time from registered_models
    where workspace = ${value('workspace')} and name = ${value('name')} ${dialect.forUpdate}`,
);

const touchModel = hotWrite<{ workspace: string; name: string; nowMs: number }>(
  (_dialect, value) => sql`update registered_models set last_updated_time = ${value('nowMs')}
    where workspace = ${value('workspace')} and name = ${value('name')}`,
);

const insertModel = hotStatement<
  { workspace: string; name: string; description: string | null; nowMs: number },
  { name: string }
>(
  (_dialect, value) => sql`insert into registered_models
      (workspace, name, description, creation_time, last_updated_time)
    values (${value('workspace')}, ${value('name')}, ${value('description')}, ${value('nowMs')}, ${value('nowMs')})
    on conflict do nothing returning name`,
);

export function registeredModelReader(context: StoreContext): RegisteredModelReader {
  const { db, workspace } = context;
  return {
    async find(name) {
      const [row] = await findModel(context, { workspace, name });
      return row === undefined ? null : toRegisteredModel(row);
    },
    async findKind(name) {
      const [row] = await findPromptTag(context, { workspace, name });
      if (row === undefined) return null;
      return (row.prompt === null ? 'model' : 'prompt') satisfies ModelKind;
    },
    async listNames(after, limit) {
      const name = context.dialect.bytewise(sql.ref<string>('name'));
      const { rows } = await sql<{ name: string }>`select name from registered_models
        where workspace = ${workspace} and ${name} > ${after} order by ${name} limit ${limit}`.execute(db);
      return rows.map((row) => row.name);
    },
    search: (search, readable, page) => searchRegisteredModels(context, search, readable, page),
    count: (search, readable, limit) => countRegisteredModels(context, search, readable, limit),
  };
}

export function registeredModelWriter(context: StoreContext): RegisteredModelWriter {
  const { db, workspace } = context;
  return {
    ...registeredModelReader(context),
    ...tagWriter(context),
    async lock(name) {
      const [row] = await lockModel(context, { workspace, name });
      return row === undefined ? null : { name: row.name, createdAtMs: row.creation_time };
    },
    async insert({ name, description, tags, nowMs }) {
      const inserted = await insertModel(context, { workspace, name, description, nowMs });
      if (inserted.length === 0) return false;
      const rows = lastTagPerKey(tags).map((tag) => ({ workspace, name, ...tag }));
      if (rows.length > 0) await db.insertInto('registered_model_tags').values(rows).execute();
      return true;
    },
    async setDescription(name, description, nowMs) {
      await db
        .updateTable('registered_models')
        .set({ description, last_updated_time: nowMs })
        .where('workspace', '=', workspace)
        .where('name', '=', name)
        .execute();
    },
    async touch(name, nowMs) {
      await touchModel(context, { workspace, name, nowMs });
    },
    async rename(name, newName, nowMs) {
      // The foreign keys cascade the new name to versions, tags and aliases.
      await db
        .updateTable('registered_models')
        .set({ name: newName, last_updated_time: nowMs })
        .where('workspace', '=', workspace)
        .where('name', '=', name)
        .execute();
      await db
        .updateTable('model_versions')
        .set({ last_updated_time: nowMs })
        .where('workspace', '=', workspace)
        .where('name', '=', newName)
        .execute();
    },
    async delete(name) {
      // Children first: MLflow's keys do not all cascade on delete.
      for (const table of [
        'model_version_tags',
        'registered_model_aliases',
        'registered_model_tags',
        'model_versions',
        'registered_models',
      ] as const)
        await sql`delete from ${sql.table(table)} where workspace = ${workspace} and name = ${name}`.execute(
          db,
        );
    },
  };
}

function tagWriter({ db, workspace }: StoreContext): Pick<RegisteredModelWriter, 'putTag' | 'deleteTag'> {
  return {
    async putTag(name, { key, value }) {
      await db
        .insertInto('registered_model_tags')
        .values({ workspace, name, key, value })
        .onConflict((conflict) => conflict.columns(['workspace', 'key', 'name']).doUpdateSet({ value }))
        .execute();
    },
    async deleteTag(name, key) {
      await db
        .deleteFrom('registered_model_tags')
        .where('workspace', '=', workspace)
        .where('name', '=', name)
        .where('key', '=', key)
        .execute();
    },
  };
}
