import type { VersionRecordWriter } from '../operations/ports/version-record.ts';
import type { StoreContext } from './context.ts';

type IdentityWriter = Pick<
  VersionRecordWriter,
  'insertIdentity' | 'renameIdentity' | 'tombstoneIdentity' | 'listOrphansCreatedAt'
>;

/** Writes to `registry_models`. */
export function identityWriter({ db, workspace }: StoreContext): IdentityWriter {
  return {
    async insertIdentity(identity) {
      await db
        .insertInto('registry_models')
        .values({
          model_id: identity.modelId,
          workspace,
          name: identity.name,
          kind: identity.kind,
          mlflow_created_at_ms: identity.mlflowCreatedAtMs,
          adopted_through: identity.adoptedThrough,
          created_at_ms: identity.nowMs,
          created_by: identity.createdBy,
          deleted_at_ms: null,
        })
        .execute();
    },
    async renameIdentity(modelId, newName) {
      await db
        .updateTable('registry_models')
        .set({ name: newName })
        .where('model_id', '=', modelId)
        .execute();
    },
    async tombstoneIdentity(modelId, nowMs, deletedBy) {
      await db
        .updateTable('registry_models')
        .set({ deleted_at_ms: nowMs })
        .where('model_id', '=', modelId)
        .execute();
      await db
        .updateTable('registry_versions')
        .set({ deleted_at_ms: nowMs, deleted_by: deletedBy })
        .where('model_id', '=', modelId)
        .where('deleted_at_ms', 'is', null)
        .execute();
    },
    async listOrphansCreatedAt(mlflowCreatedAtMs) {
      const rows = await db
        .selectFrom('registry_models as rm')
        .select(['rm.model_id', 'rm.name', 'rm.adopted_through', 'rm.mlflow_created_at_ms'])
        .where('rm.workspace', '=', workspace)
        .where('rm.deleted_at_ms', 'is', null)
        .where('rm.mlflow_created_at_ms', '=', mlflowCreatedAtMs)
        .where((eb) =>
          eb.not(
            eb.exists(
              eb
                .selectFrom('registered_models as m')
                .select('m.name')
                .whereRef('m.workspace', '=', 'rm.workspace')
                .whereRef('m.name', '=', 'rm.name'),
            ),
          ),
        )
        .execute();
      return rows.map((row) => ({
        modelId: row.model_id,
        name: row.name,
        adoptedThrough: row.adopted_through,
        mlflowCreatedAtMs: row.mlflow_created_at_ms,
      }));
    },
  };
}
