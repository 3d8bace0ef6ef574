import type { Selectable } from 'kysely';
import type { PolicyReader, PolicyRevision, PolicyWriter } from '../operations/ports/policy.ts';
import type { StoreContext } from './context.ts';
import type { Tables } from './schema/tables.ts';

export function policyReader({ db, workspace }: StoreContext): PolicyReader {
  const revisions = () =>
    db.selectFrom('registry_policy_revisions as r').selectAll('r').where('r.workspace', '=', workspace);
  const current = () =>
    revisions()
      .innerJoin('registry_policies as p', (join) =>
        join
          .onRef('p.workspace', '=', 'r.workspace')
          .onRef('p.name', '=', 'r.name')
          .onRef('p.revision', '=', 'r.revision'),
      )
      .where('p.deleted_at_ms', 'is', null);
  return {
    async find(name) {
      const row = await current().where('r.name', '=', name).executeTakeFirst();
      return row === undefined ? null : toRevision(row);
    },
    async findRevision(name, revision) {
      const row = await revisions()
        .where('r.name', '=', name)
        .where('r.revision', '=', revision)
        .executeTakeFirst();
      return row === undefined ? null : toRevision(row);
    },
    async list() {
      return (await current().orderBy('r.name').execute()).map(toRevision);
    },
    async listRevisions(name, { before, limit }) {
      const rows = await revisions()
        .where('r.name', '=', name)
        .$if(before !== null, (query) => query.where('r.revision', '<', before ?? 0))
        .orderBy('r.revision', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toRevision);
    },
    async findAssigned(modelId) {
      const row = await db
        .selectFrom('registry_models')
        .select('policy_name')
        .where('model_id', '=', modelId)
        .executeTakeFirst();
      return row?.policy_name ?? null;
    },
    async listAssigned(name, limit) {
      const rows = await db
        .selectFrom('registry_models')
        .select('name')
        .where('policy_name', '=', name)
        .where('workspace', '=', workspace)
        .where('deleted_at_ms', 'is', null)
        .orderBy('name')
        .limit(limit)
        .execute();
      return rows.map((row) => row.name);
    },
  };
}

export function policyWriter(context: StoreContext): PolicyWriter {
  const { db, dialect, workspace } = context;
  return {
    ...policyReader(context),
    lock: () => dialect.lockKey(db, `policies:${workspace}`, true),
    async insertRevision({ name, revision, document, createdAtMs, createdBy }) {
      await db
        .insertInto('registry_policy_revisions')
        .values({
          workspace,
          name,
          revision,
          document: JSON.stringify(document),
          created_at_ms: createdAtMs,
          created_by: createdBy,
        })
        .execute();
      await db
        .insertInto('registry_policies')
        .values({ workspace, name, revision })
        .onConflict((conflict) =>
          conflict.columns(['workspace', 'name']).doUpdateSet({ revision, deleted_at_ms: null }),
        )
        .execute();
    },
    async delete(name, nowMs) {
      await db
        .updateTable('registry_policies')
        .set({ deleted_at_ms: nowMs })
        .where('workspace', '=', workspace)
        .where('name', '=', name)
        .execute();
    },
    async nextRevision(name) {
      const row = await db
        .selectFrom('registry_policy_revisions')
        .select('revision')
        .where('workspace', '=', workspace)
        .where('name', '=', name)
        .orderBy('revision', 'desc')
        .limit(1)
        .executeTakeFirst();
      return (row?.revision ?? 0) + 1;
    },
    async assign(modelId, name) {
      await db
        .updateTable('registry_models')
        .set({ policy_name: name })
        .where('model_id', '=', modelId)
        .execute();
    },
  };
}

function toRevision(row: Selectable<Tables['registry_policy_revisions']>): PolicyRevision {
  return {
    name: row.name,
    revision: row.revision,
    document: JSON.parse(row.document) as object,
    createdAtMs: Number(row.created_at_ms),
    createdBy: row.created_by,
  };
}
