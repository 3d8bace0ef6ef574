import type { Selectable } from 'kysely';
import type { Hold } from '../domain/hold.ts';
import type { HoldReader, HoldWriter } from '../operations/ports/hold.ts';
import type { StoreContext } from './context.ts';
import { likeScope, nameInScope } from './name-scope.ts';
import type { Tables } from './schema/tables.ts';

export function holdReader({ db, workspace }: StoreContext): HoldReader {
  return {
    async find(holdId) {
      const row = await db
        .selectFrom('registry_holds as h')
        .innerJoin('registry_models as m', 'm.model_id', 'h.model_id')
        .selectAll('h')
        .where('h.hold_id', '=', holdId)
        .where('m.workspace', '=', workspace)
        .executeTakeFirst();
      return row === undefined ? null : toHold(row);
    },
    async listStanding(modelId) {
      const rows = await db
        .selectFrom('registry_holds')
        .selectAll()
        .where('model_id', '=', modelId)
        .where('lifted_at_ms', 'is', null)
        .orderBy('hold_id')
        .execute();
      return rows.map(toHold);
    },
    async search({ modelId, version, names, withLifted }, { before, limit }) {
      const scope = likeScope(names);
      const rows = await db
        .selectFrom('registry_holds as h')
        .innerJoin('registry_models as m', 'm.model_id', 'h.model_id')
        .selectAll('h')
        .where('m.workspace', '=', workspace)
        .where((eb) => eb.and(nameInScope(eb.ref('m.name'), scope)))
        .$if(modelId !== null, (query) => query.where('h.model_id', '=', modelId ?? ''))
        .$if(version !== null, (query) =>
          query.where((eb) => eb.or([eb('h.version', '=', version), eb('h.version', 'is', null)])),
        )
        .$if(!withLifted, (query) => query.where('h.lifted_at_ms', 'is', null))
        .$if(before !== null, (query) => query.where('h.hold_id', '<', before ?? ''))
        .orderBy('h.hold_id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toHold);
    },
  };
}

export function holdWriter(context: StoreContext): HoldWriter {
  const { db } = context;
  return {
    ...holdReader(context),
    async insert({ holdId, modelId, version, reason, reference, placedBy, placedAtMs }) {
      await db
        .insertInto('registry_holds')
        .values({
          hold_id: holdId,
          model_id: modelId,
          version,
          reason,
          reference,
          placed_by: placedBy,
          placed_at_ms: placedAtMs,
          lifted_by: null,
          lifted_at_ms: null,
          lift_reason: null,
        })
        .execute();
    },
    async lift(holdId, { by, atMs, reason }) {
      const { numUpdatedRows } = await db
        .updateTable('registry_holds')
        .set({ lifted_by: by, lifted_at_ms: atMs, lift_reason: reason })
        .where('hold_id', '=', holdId)
        .where('lifted_at_ms', 'is', null)
        .executeTakeFirst();
      return Number(numUpdatedRows) === 1;
    },
  };
}

function toHold(row: Selectable<Tables['registry_holds']>): Hold {
  return {
    holdId: row.hold_id,
    modelId: row.model_id,
    version: row.version,
    reason: row.reason,
    reference: row.reference,
    placedBy: row.placed_by,
    placedAtMs: Number(row.placed_at_ms),
    lifted:
      row.lifted_at_ms === null
        ? null
        : { by: row.lifted_by ?? '', atMs: Number(row.lifted_at_ms), reason: row.lift_reason ?? '' },
  };
}
