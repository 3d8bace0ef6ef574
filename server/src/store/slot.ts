import { type Selectable, sql } from 'kysely';
import type { Int64 } from '../domain/int64.ts';
import type { Slot, SlotInterval, SlotOrigin } from '../domain/slot.ts';
import type { SlotReader, SlotWriter } from '../operations/ports/slot.ts';
import { hotStatement, hotWrite, type StoreContext } from './context.ts';
import type { Tables } from './schema/tables.ts';

const lastEntry = hotStatement<{ modelId: string; slot: string }, { from_ms: Int64 }>(
  (_dialect, value) => sql`select from_ms from registry_slot_intervals
    where model_id = ${value('modelId')} and slot = ${value('slot')} order by from_ms desc limit 1`,
);

interface NewInterval {
  readonly modelId: string;
  readonly slot: Slot;
  readonly version: number;
  readonly atMs: number;
  readonly actor: string;
  readonly reason: string | null;
  readonly origin: SlotOrigin;
  readonly requestId: string | null;
  readonly forced: boolean;
}

const insertInterval = hotWrite<NewInterval>(
  (_dialect, value) => sql`insert into registry_slot_intervals
    (model_id, slot, version, from_ms, actor, reason, request_id, forced, origin)
    values (${value('modelId')}, ${value('slot')}, ${value('version')}, ${value('atMs')}, ${value('actor')},
      ${value('reason')}, ${value('requestId')}, ${value('forced')}, ${value('origin')})`,
);

const INTERVAL = [
  'slot',
  'version',
  'from_ms',
  'to_ms',
  'actor',
  'reason',
  'request_id',
  'forced',
  'origin',
] as const;
type IntervalRow = Pick<Selectable<Tables['registry_slot_intervals']>, (typeof INTERVAL)[number]>;

function toInterval(row: IntervalRow): SlotInterval {
  return {
    slot: row.slot as Slot,
    version: row.version,
    fromMs: row.from_ms,
    toMs: row.to_ms,
    actor: row.actor,
    reason: row.reason,
    requestId: row.request_id,
    forced: Boolean(row.forced),
    origin: row.origin as SlotOrigin,
  };
}

export function slotReader({ db }: StoreContext): SlotReader {
  const intervals = (modelId: string) =>
    db.selectFrom('registry_slot_intervals').select(INTERVAL).where('model_id', '=', modelId);
  return {
    async listHolders(modelId, slot) {
      const rows = await db
        .selectFrom('registry_slot_intervals')
        .select('version')
        .where('model_id', '=', modelId)
        .where('slot', '=', slot)
        .where('to_ms', 'is', null)
        .orderBy('from_ms', 'desc')
        .execute();
      return rows.map((row) => row.version);
    },
    async listStageSlots(modelId, version) {
      const rows = await db
        .selectFrom('registry_slot_intervals')
        .select('slot')
        .where('model_id', '=', modelId)
        .where('version', '=', version)
        .where('to_ms', 'is', null)
        .where('slot', 'like', 'stage:%')
        .execute();
      return rows.map((row) => row.slot as Slot);
    },
    async listIntervals(modelId, slot, { after, limit }) {
      const rows = await intervals(modelId)
        .$if(slot !== null, (query) => query.where('slot', '=', slot ?? ''))
        .$if(after !== null, (query) =>
          query.where(({ eb, or, and }) =>
            or([
              eb('from_ms', '<', after?.fromMs ?? 0),
              and([
                eb('from_ms', '=', after?.fromMs ?? 0),
                eb(eb.refTuple('slot', 'version'), '>', eb.tuple(after?.slot ?? '', after?.version ?? 0)),
              ]),
            ]),
          ),
        )
        .orderBy('from_ms', 'desc')
        .orderBy('slot')
        .orderBy('version')
        .limit(limit)
        .execute();
      return rows.map(toInterval);
    },
    async listIntervalsOf(modelId, slot, versions) {
      if (versions.length === 0) return [];
      const rows = await intervals(modelId)
        .where('slot', '=', slot)
        .where('version', 'in', [...versions])
        .orderBy('from_ms')
        .execute();
      return rows.map(toInterval);
    },
    async listIntervalsAt(modelId, slot, atMs) {
      const rows = await intervals(modelId)
        .where('slot', '=', slot)
        .where('from_ms', '<=', atMs)
        .where((eb) => eb.or([eb('to_ms', 'is', null), eb('to_ms', '>', atMs)]))
        .orderBy('from_ms', 'desc')
        .execute();
      return rows.map(toInterval);
    },
  };
}

export function slotWriter(context: StoreContext): SlotWriter {
  return {
    ...slotReader(context),
    async nextInstant(modelId, slots, nowMs) {
      let instant = nowMs;
      for (const slot of slots) {
        const [last] = await lastEntry(context, { modelId, slot });
        if (last !== undefined) instant = Math.max(instant, Number(last.from_ms) + 1);
      }
      return instant;
    },
    async enter({ modelId, atMs, actor, reason, requestId = null }, slot, version, origin) {
      const forced = origin === 'forced';
      const stay = { modelId, slot, version, atMs, actor, reason, requestId, forced, origin };
      await insertInterval(context, stay);
    },
    async leave(change, slot, version) {
      await open(context, change.modelId)
        .set({ to_ms: change.atMs })
        .where('slot', '=', slot)
        .where('version', '=', version)
        .execute();
    },
    async leaveAll(modelId, version, atMs) {
      const all = open(context, modelId).set({ to_ms: atMs });
      await (version === null ? all : all.where('version', '=', version)).execute();
    },
  };
}

function open({ db }: StoreContext, modelId: string) {
  return db.updateTable('registry_slot_intervals').where('model_id', '=', modelId).where('to_ms', 'is', null);
}
