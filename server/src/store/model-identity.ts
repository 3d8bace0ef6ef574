import { sql } from 'kysely';
import type { Int64 } from '../domain/int64.ts';
import type { VersionRecordWriter } from '../operations/ports/version-record.ts';
import { hotWrite, type StoreContext } from './context.ts';

type IdentityWriter = Pick<
  VersionRecordWriter,
  'insertIdentity' | 'renameIdentity' | 'tombstoneIdentity' | 'listMisplacedCreatedAt'
>;

interface NewIdentity {
  readonly modelId: string;
  readonly workspace: string;
  readonly name: string;
  readonly kind: string;
  readonly mlflowCreatedAtMs: Int64 | null;
  readonly adoptedThrough: number;
  readonly nowMs: number;
  readonly createdBy: string;
}

const insertIdentity = hotWrite<NewIdentity>(
  (_dialect, value) => sql`insert into registry_models
      (model_id, workspace, name, kind, mlflow_created_at_ms, adopted_through, created_at_ms, created_by)
    values (${value('modelId')}, ${value('workspace')}, ${value('name')}, ${value('kind')},
      ${value('mlflowCreatedAtMs')}, ${value('adoptedThrough')}, ${value('nowMs')}, ${value('createdBy')})`,
);

/** Writes to `registry_models`. */
export function identityWriter(context: StoreContext): IdentityWriter {
  const { db, workspace } = context;
  return {
    async insertIdentity(identity) {
      await insertIdentity(context, { workspace, ...identity });
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
    async listMisplacedCreatedAt(mlflowCreatedAtMs) {
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
                .whereRef('m.name', '=', 'rm.name')
                .whereRef('m.creation_time', '=', 'rm.mlflow_created_at_ms'),
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
