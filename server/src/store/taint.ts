import { type Selectable, sql } from 'kysely';
import type { Taint } from '../domain/taint.ts';
import type { TaintReader, TaintWriter } from '../operations/ports/taint.ts';
import type { StoreContext } from './context.ts';
import { liftedColumns, placedColumns, toMarking } from './marking.ts';
import type { Tables } from './schema/tables.ts';

type TaintRow = Selectable<Tables['registry_taints']>;

export function taintReader({ db, workspace }: StoreContext): TaintReader {
  const taints = () => db.selectFrom('registry_taints').selectAll().where('workspace', '=', workspace);
  return {
    async find(taintId) {
      const row = await taints().where('taint_id', '=', taintId).executeTakeFirst();
      return row === undefined ? null : toTaint(row);
    },
    async listAbove(node) {
      const { rows } = await sql<TaintRow>`with recursive above(node) as (
          select e.upstream from registry_lineage_edges e
            where e.workspace = ${workspace} and e.downstream = ${node}
          union
          select e.upstream from above a cross join registry_lineage_edges e
            where e.workspace = ${workspace} and e.downstream = a.node
        ) select t.* from registry_taints t where t.workspace = ${workspace} and t.lifted_at_ms is null
          and t.node in (select node from above) order by t.taint_id`.execute(db);
      return rows.map(toTaint);
    },
    async list({ withLifted, before, limit }) {
      const rows = await taints()
        .$if(!withLifted, (query) => query.where('lifted_at_ms', 'is', null))
        .$if(before !== null, (query) => query.where('taint_id', '<', before ?? ''))
        .orderBy('taint_id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toTaint);
    },
  };
}

export function taintWriter(context: StoreContext): TaintWriter {
  const { db, workspace } = context;
  return {
    ...taintReader(context),
    async insert(taint) {
      const { taintId, node, dataset, digest } = taint;
      await db
        .insertInto('registry_taints')
        .values({
          taint_id: taintId,
          workspace,
          node,
          dataset,
          digest,
          ...placedColumns(taint),
        })
        .execute();
    },
    async lift(taintId, lift) {
      const { numUpdatedRows } = await db
        .updateTable('registry_taints')
        .set(liftedColumns(lift))
        .where('workspace', '=', workspace)
        .where('taint_id', '=', taintId)
        .where('lifted_at_ms', 'is', null)
        .executeTakeFirst();
      return Number(numUpdatedRows) === 1;
    },
  };
}

function toTaint(row: TaintRow): Taint {
  return {
    taintId: row.taint_id,
    node: row.node,
    dataset: row.dataset,
    digest: row.digest,
    ...toMarking(row),
  };
}
