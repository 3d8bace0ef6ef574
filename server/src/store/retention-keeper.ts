import { type RawBuilder, sql } from 'kysely';
import { keptVersionId } from '../domain/lineage-edge.ts';
import type { RetentionKeeperReader } from '../operations/ports/retention-keeper.ts';
import type { StoreContext } from './context.ts';
import { toHold } from './hold.ts';
import { jsonTableText } from './json-table.ts';

export function retentionKeeperReader({ db, dialect, workspace }: StoreContext): RetentionKeeperReader {
  const texts = (values: readonly string[]): RawBuilder<unknown> =>
    dialect.jsonTable(sql`${jsonTableText(values.map((value) => [value]))}`, [['value', 'text']]);
  return {
    async listHolds(modelIds) {
      if (modelIds.length === 0) return [];
      const rows = await db
        .selectFrom('registry_holds as h')
        .selectAll('h')
        .where('h.lifted_at_ms', 'is', null)
        .where('h.model_id', 'in', [...modelIds])
        .orderBy('h.hold_id')
        .execute();
      return rows.map(toHold);
    },
    async listRequests(modelIds) {
      if (modelIds.length === 0) return [];
      const rows = await db
        .selectFrom('registry_transition_requests')
        .select(['model_id', 'version', 'request_id'])
        .where('ended_at_ms', 'is', null)
        .where('model_id', 'in', [...modelIds])
        .orderBy('request_id')
        .execute();
      return rows.map((row) => ({ modelId: row.model_id, version: row.version, requestId: row.request_id }));
    },
    async listAliases(modelNames) {
      if (modelNames.length === 0) return [];
      const { rows } = await sql<{ name: string; version: number; alias: string }>`
        select a.name, a.version, a.alias from ${texts(modelNames)} as n cross join registered_model_aliases a
        where a.workspace = ${workspace} and a.name = ${dialect.inMlflowCollation(sql.ref('n.value'))}
        order by ${dialect.bytewise(sql.ref('a.alias'))}`.execute(db);
      return rows.map(({ name, version, alias }) => ({ modelName: name, version, alias }));
    },
    async listVersionsBelow(versions, limit) {
      if (versions.length === 0) return [];
      const starts = new Map(versions.map((key) => [keptVersionId(key.modelId, key.version), key]));
      const { rows } = await sql<{ start: string; node: string }>`with recursive below(start, node) as (
          select e.upstream, e.downstream from ${texts([...starts.keys()])} as s
            cross join registry_lineage_edges e where e.workspace = ${workspace} and e.upstream = s.value
          union
          select b.start, e.downstream from below b cross join registry_lineage_edges e
            where e.workspace = ${workspace} and e.upstream = b.node
        ) select start, node from below where node like 'model_version:%' limit ${limit}`.execute(db);
      return rows.flatMap(({ start, node }) => {
        const key = starts.get(start);
        return key === undefined ? [] : [{ ...key, below: node }];
      });
    },
  };
}
