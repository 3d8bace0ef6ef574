import type { Selectable } from 'kysely';
import type { Hold } from '../domain/hold.ts';
import type { HoldReader, HoldWriter } from '../operations/ports/hold.ts';
import type { StoreContext } from './context.ts';
import { liftedColumns, placedColumns, toMarking } from './marking.ts';
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
    async insert(hold) {
      const { holdId, modelId, version, reference } = hold;
      await db
        .insertInto('registry_holds')
        .values({
          hold_id: holdId,
          model_id: modelId,
          version,
          reference,
          ...placedColumns(hold),
        })
        .execute();
    },
    async lift(holdId, lift) {
      const { numUpdatedRows } = await db
        .updateTable('registry_holds')
        .set(liftedColumns(lift))
        .where('hold_id', '=', holdId)
        .where('lifted_at_ms', 'is', null)
        .executeTakeFirst();
      return Number(numUpdatedRows) === 1;
    },
  };
}

export function toHold(row: Selectable<Tables['registry_holds']>): Hold {
  return {
    holdId: row.hold_id,
    modelId: row.model_id,
    version: row.version,
    reference: row.reference,
    ...toMarking(row),
  };
}
