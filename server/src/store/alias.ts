import type { AliasReader, AliasWriter } from '../operations/ports/alias.ts';
import type { StoreContext } from './context.ts';

export function aliasReader({ db, workspace, dialect }: StoreContext): AliasReader {
  return {
    async find(name, alias) {
      const row = await db
        .selectFrom('registered_model_aliases')
        .select('version')
        .where('workspace', '=', workspace)
        .where('name', '=', name)
        .where('alias', '=', alias)
        .executeTakeFirst();
      return row?.version ?? null;
    },
    async list(name) {
      return db
        .selectFrom('registered_model_aliases')
        .select(['alias', 'version'])
        .where('workspace', '=', workspace)
        .where('name', '=', name)
        .orderBy((eb) => dialect.bytewise(eb.ref('alias')))
        .execute();
    },
  };
}

export function aliasWriter(context: StoreContext): AliasWriter {
  const { db, workspace } = context;
  return {
    ...aliasReader(context),
    async set(name, alias, version) {
      await db
        .insertInto('registered_model_aliases')
        .values({ workspace, name, alias, version })
        .onConflict((conflict) => conflict.columns(['workspace', 'name', 'alias']).doUpdateSet({ version }))
        .execute();
    },
    async delete(name, alias) {
      await db
        .deleteFrom('registered_model_aliases')
        .where('workspace', '=', workspace)
        .where('name', '=', name)
        .where('alias', '=', alias)
        .execute();
    },
  };
}
