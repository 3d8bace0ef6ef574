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

interface NameInterval {
  readonly workspace: string;
  readonly name: string;
  readonly modelId: string;
  readonly fromMs: Int64;
}

/** A model that is renamed there and back within a millisecond had its name all the time. */
const beginName = hotWrite<NameInterval>(
  (_dialect, value) => sql`insert into registry_model_names (workspace, name, model_id, from_ms)
    values (${value('workspace')}, ${value('name')}, ${value('modelId')}, ${value('fromMs')})
    on conflict (workspace, name, from_ms, model_id) do update set to_ms = null`,
);

/** Writes to `registry_models`, and which model had which name when. */
export function identityWriter(context: StoreContext): IdentityWriter {
  const { db, workspace } = context;
  const endName = (modelId: string, nowMs: number) =>
    db
      .updateTable('registry_model_names')
      .set({ to_ms: nowMs })
      .where('model_id', '=', modelId)
      .where('to_ms', 'is', null)
      .execute();
  return {
    async insertIdentity(identity) {
      await insertIdentity(context, { workspace, ...identity });
      const { modelId, name, mlflowCreatedAtMs, nowMs } = identity;
      await beginName(context, { workspace, name, modelId, fromMs: mlflowCreatedAtMs ?? nowMs });
    },
    async renameIdentity(modelId, newName, nowMs) {
      await db
        .updateTable('registry_models')
        .set({ name: newName })
        .where('model_id', '=', modelId)
        .execute();
      await endName(modelId, nowMs);
      await beginName(context, { workspace, name: newName, modelId, fromMs: nowMs });
    },
    async tombstoneIdentity(modelId, nowMs, deletedBy) {
      await db
        .updateTable('registry_models')
        .set({ deleted_at_ms: nowMs })
        .where('model_id', '=', modelId)
        .execute();
      await endName(modelId, nowMs);
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
