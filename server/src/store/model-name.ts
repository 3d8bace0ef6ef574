import type { VersionRecordReader } from '../operations/ports/version-record.ts';
import type { StoreContext } from './context.ts';
import { likeScope, nameInScope } from './name-scope.ts';

/** Which model had which name when. */
export function modelNameReader({
  db,
  workspace,
}: StoreContext): Pick<VersionRecordReader, 'findModel' | 'findFormer' | 'findNameAt' | 'listIdentities'> {
  const names = () =>
    db.selectFrom('registry_model_names').select(['model_id as modelId', 'name', 'from_ms as fromMs']);
  return {
    async listIdentities(scope) {
      return db
        .selectFrom('registry_models as m')
        .select(['m.model_id as modelId', 'm.name'])
        .where('m.workspace', '=', workspace)
        .where('m.deleted_at_ms', 'is', null)
        .where((eb) => eb.and(nameInScope(eb.ref('m.name'), likeScope(scope))))
        .orderBy('m.name')
        .execute();
    },
    async findModel(modelId) {
      const last = await names()
        .where('model_id', '=', modelId)
        .orderBy('from_ms', 'desc')
        .limit(1)
        .executeTakeFirst();
      if (last === undefined) return null;
      const first = await names()
        .where('model_id', '=', modelId)
        .orderBy('from_ms')
        .limit(1)
        .executeTakeFirst();
      return { ...last, fromMs: first?.fromMs ?? last.fromMs };
    },
    async findFormer(name, atMs) {
      const row = await names()
        .where('workspace', '=', workspace)
        .where('name', '=', name)
        .$if(atMs !== null, (query) => query.where('from_ms', '<=', atMs))
        .orderBy('from_ms', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row ?? null;
    },
    async findNameAt(modelId, atMs) {
      const row = await names()
        .where('model_id', '=', modelId)
        .where('from_ms', '<=', atMs)
        .orderBy('from_ms', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row?.name ?? null;
    },
  };
}
