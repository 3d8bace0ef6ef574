import type { Selectable } from 'kysely';
import type { Seal } from '../domain/version-record.ts';
import type { Purge, PurgeReader, PurgeState, PurgeWriter } from '../operations/ports/purge.ts';
import type { VersionKey } from '../operations/ports/retention.ts';
import { ancestorsAndSelf, below } from './artifact-range.ts';
import type { StoreContext } from './context.ts';
import type { Tables } from './schema/tables.ts';

export function purgeReader({ db }: StoreContext): PurgeReader {
  const purges = () => db.selectFrom('registry_purges').selectAll();
  return {
    async find({ modelId, version }) {
      const row = await purges()
        .where('model_id', '=', modelId)
        .where('version', '=', version)
        .executeTakeFirst();
      return row === undefined ? null : toPurge(row);
    },
    async listOf(modelId, versions) {
      if (versions.length === 0) return new Map();
      const rows = await purges()
        .where('model_id', '=', modelId)
        .where('version', 'in', [...versions])
        .execute();
      return new Map(rows.map((row) => [row.version, toPurge(row)]));
    },
    async findNext(nowMs, withMarked) {
      const row = await purges()
        .where('swept_at_ms', 'is', null)
        .where((eb) =>
          withMarked
            ? eb.or([eb('begun_at_ms', 'is not', null), eb('due_at_ms', '<=', nowMs)])
            : eb('begun_at_ms', 'is not', null),
        )
        .orderBy('due_at_ms')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? null : toPurge(row);
    },
    async listTreesAround(path) {
      const rows = await db
        .selectFrom('registry_frozen_paths as f')
        .innerJoin('registry_versions as v', (join) =>
          join.onRef('v.model_id', '=', 'f.model_id').onRef('v.version', '=', 'f.version'),
        )
        .leftJoin('registry_purges as p', (join) =>
          join.onRef('p.model_id', '=', 'f.model_id').onRef('p.version', '=', 'f.version'),
        )
        .select(['f.model_id', 'f.version', 'f.path', 'v.seal', 'p.begun_at_ms'])
        .where((eb) => eb.or([eb('f.path', 'in', ancestorsAndSelf(path)), below(eb.ref('f.path'), path)]))
        .execute();
      return rows.map((row) => ({
        modelId: row.model_id,
        version: row.version,
        path: row.path,
        seal: row.seal as Seal,
        isPurged: row.begun_at_ms !== null,
      }));
    },
    async findSweepingAround(path) {
      const row = await db
        .selectFrom('registry_purges as p')
        .innerJoin('registry_frozen_paths as f', (join) =>
          join.onRef('f.model_id', '=', 'p.model_id').onRef('f.version', '=', 'p.version'),
        )
        .innerJoin('registry_models as m', 'm.model_id', 'p.model_id')
        .select(['m.name', 'p.version'])
        .where('p.swept_at_ms', 'is', null)
        .where('p.begun_at_ms', 'is not', null)
        .where((eb) => eb.or([eb('f.path', 'in', ancestorsAndSelf(path)), below(eb.ref('f.path'), path)]))
        .executeTakeFirst();
      return row === undefined ? null : { modelName: row.name, version: row.version };
    },
  };
}

export function purgeWriter(context: StoreContext): PurgeWriter {
  const { db } = context;
  const one = ({ modelId, version }: VersionKey) =>
    db.updateTable('registry_purges').where('model_id', '=', modelId).where('version', '=', version);
  return {
    ...purgeReader(context),
    async mark({ modelId, version, reason, markedBy, markedAtMs, dueAtMs }) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('registry_purges')
        .values({
          model_id: modelId,
          version,
          state: 'marked',
          reason,
          marked_by: markedBy,
          marked_at_ms: markedAtMs,
          due_at_ms: dueAtMs,
        })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return Number(numInsertedOrUpdatedRows) === 1;
    },
    async cancel({ modelId, version }) {
      await db
        .deleteFrom('registry_purges')
        .where('model_id', '=', modelId)
        .where('version', '=', version)
        .where('begun_at_ms', 'is', null)
        .execute();
    },
    async begin(key, nowMs) {
      await one(key).set({ state: 'sweeping', begun_at_ms: nowMs }).execute();
    },
    async end(key, { atMs, freedBytes }) {
      await one(key).set({ state: 'purged', swept_at_ms: atMs, freed_bytes: freedBytes }).execute();
    },
  };
}

function toPurge(row: Selectable<Tables['registry_purges']>): Purge {
  const orNull = (value: number | bigint | null) => (value === null ? null : Number(value));
  return {
    modelId: row.model_id,
    version: row.version,
    state: row.state as PurgeState,
    reason: row.reason,
    markedBy: row.marked_by,
    markedAtMs: Number(row.marked_at_ms),
    dueAtMs: Number(row.due_at_ms),
    begunAtMs: orNull(row.begun_at_ms),
    sweptAtMs: orNull(row.swept_at_ms),
    freedBytes: orNull(row.freed_bytes),
  };
}
