import type { ServerLeaseReader, ServerLeaseWriter } from '../operations/ports/server-lease.ts';
import type { StoreContext } from './context.ts';

export function serverLeaseReader({ db }: StoreContext): ServerLeaseReader {
  return {
    async list() {
      const rows = await db
        .selectFrom('registry_servers')
        .select(['server_id', 'lease_until_ms'])
        .orderBy('server_id')
        .execute();
      return rows.map((row) => ({ serverId: row.server_id, untilMs: Number(row.lease_until_ms) }));
    },
  };
}

export function serverLeaseWriter(context: StoreContext): ServerLeaseWriter {
  const { db } = context;
  return {
    ...serverLeaseReader(context),
    async renew(serverId, untilMs) {
      await db
        .insertInto('registry_servers')
        .values({ server_id: serverId, lease_until_ms: untilMs })
        .onConflict((conflict) => conflict.column('server_id').doUpdateSet({ lease_until_ms: untilMs }))
        .execute();
    },
    async remove(serverId) {
      await db.deleteFrom('registry_servers').where('server_id', '=', serverId).execute();
    },
  };
}
