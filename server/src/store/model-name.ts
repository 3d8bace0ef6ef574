import type { VersionRecordReader } from '../operations/ports/version-record.ts';
import type { StoreContext } from './context.ts';

/** Which model had which name when. */
export function modelNameReader({
  db,
  workspace,
}: StoreContext): Pick<VersionRecordReader, 'findModel' | 'findFormer' | 'findNameAt'> {
  const names = () =>
    db.selectFrom('registry_model_names').select(['model_id as modelId', 'name', 'from_ms as fromMs']);
  return {
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
