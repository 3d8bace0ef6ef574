import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { AuditEvent } from '../domain/audit-event.ts';
import { auditLeaf, modelNameOf } from '../domain/audit-event.ts';
import type {
  AuditQuery,
  AuditReader,
  AuditWriter,
  KeptCheckpoint,
  KeptLeaf,
} from '../operations/ports/audit.ts';
import { allOf } from './condition.ts';
import { hotWrite, type StoreContext } from './context.ts';
import { jsonTableText } from './json-table.ts';

interface EventRow {
  seq: number | null;
  event: string;
}

interface LeafRow {
  seq: number;
  event_id: string;
  event: string | null;
  at_ms: number | null;
  action: string | null;
  actor_id: string | null;
  model_name: string | null;
}

const LEAVES = sql.raw(`
  select l.seq, l.event_id, e.event, e.at_ms, e.action, e.actor_id, e.model_name
  from registry_audit_leaves l left join registry_audit_events e on e.event_id = l.event_id`);

interface AppendValues {
  eventId: string;
  atMs: number;
  action: string;
  actorId: string | null;
  modelName: string | null;
  event: string;
}

/** One statement, and nobody waits for it: it fails the unit of work when it fails. */
const append = hotWrite<AppendValues>(
  (_dialect, value) => sql`
    insert into registry_audit_events (event_id, at_ms, action, actor_id, model_name, event)
    values (${value('eventId')}, ${value('atMs')}, ${value('action')}, ${value('actorId')}, ${value('modelName')},
      ${value('event')})`,
);

export function auditReader({ db }: StoreContext): AuditReader {
  return {
    async search(query, { before, limit }) {
      const behind =
        before === null
          ? []
          : [
              sql<SqlBool>`(e.at_ms < ${before.atMs} or (e.at_ms = ${before.atMs} and e.event_id < ${before.eventId}))`,
            ];
      const { rows } = await sql<EventRow>`
        select l.seq, e.event from registry_audit_events e
          left join registry_audit_leaves l on l.event_id = e.event_id
        where ${allOf([...conditions(query), ...behind])}
        order by e.at_ms desc, e.event_id desc limit ${limit}`.execute(db);
      return rows.map(({ seq, event }) => ({
        seq: seq === null ? null : Number(seq),
        event: JSON.parse(event) as AuditEvent,
      }));
    },
    async findLeaf(seq) {
      const { rows } = await sql<LeafRow>`${LEAVES} where l.seq = ${seq}`.execute(db);
      return rows[0] === undefined ? null : toLeaf(rows[0]);
    },
    async listLeaves(from, limit) {
      const { rows } = await sql<LeafRow>`
        ${LEAVES} where l.seq >= ${from} order by l.seq limit ${limit}`.execute(db);
      return rows.map(toLeaf);
    },
    async size() {
      const { rows } = await sql<{ size: number }>`
        select coalesce(max(seq) + 1, 0) as size from registry_audit_leaves`.execute(db);
      return Number(rows[0]?.size ?? 0);
    },
    async listWaiting(limit) {
      const { rows } = await sql<{ event_id: string; event: string }>`
        select e.event_id, e.event from registry_audit_waiting w
          join registry_audit_events e on e.event_id = w.event_id
        order by w.entry limit ${limit}`.execute(db);
      return rows.map((row) => ({ eventId: row.event_id, leaf: row.event }));
    },
    async nodes(wanted) {
      if (wanted.length === 0) return new Map();
      const places = wanted.map(({ level, index }) => sql`(level = ${level} and position = ${index})`);
      const { rows } = await sql<{ level: number; position: number; hash: string }>`
        select level, position, hash from registry_audit_nodes where ${sql.join(places, sql` or `)}`.execute(
        db,
      );
      return new Map(rows.map((row) => [`${row.level}/${row.position}`, row.hash]));
    },
    async newestCheckpoint() {
      const row = await db
        .selectFrom('registry_audit_checkpoints')
        .selectAll()
        .orderBy('size', 'desc')
        .orderBy('at_ms', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? null : toCheckpoint(row);
    },
    async listCheckpoints(fromSize, limit) {
      const rows = await db
        .selectFrom('registry_audit_checkpoints')
        .selectAll()
        .where('size', '>=', fromSize)
        .orderBy('size')
        .orderBy('at_ms')
        .limit(limit)
        .execute();
      return rows.map(toCheckpoint);
    },
  };
}

export function auditWriter(context: StoreContext): AuditWriter {
  const { db, dialect } = context;
  return {
    ...auditReader(context),
    async append({ atMs, ...event }) {
      await append(context, {
        eventId: event.id,
        atMs,
        action: event.action,
        actorId: event.actor.id,
        modelName: modelNameOf(event),
        event: auditLeaf(event),
      });
      context.note?.('events');
    },
    async lockPlaces() {
      await dialect.lockKey(db, 'audit-places', true);
    },
    async place(placed, nodes) {
      const leaves = jsonTableText(placed.map(({ seq, eventId }) => [seq, eventId]));
      const leafColumns = [
        ['seq', 'bigint'],
        ['event_id', 'text'],
      ] as const;
      await sql`insert into registry_audit_leaves (seq, event_id)
        select seq, event_id from ${dialect.jsonTable(sql`${leaves}`, leafColumns)} as given`.execute(db);
      const nodeColumns = [
        ['level', 'bigint'],
        ['position', 'bigint'],
        ['hash', 'text'],
      ] as const;
      const rows = jsonTableText(nodes.map(({ level, index, hash }) => [level, index, hash]));
      await sql`insert into registry_audit_nodes (level, position, hash)
        select level, position, hash from ${dialect.jsonTable(sql`${rows}`, nodeColumns)} as given`.execute(
        db,
      );
      await sql`delete from registry_audit_waiting where event_id in
        (select event_id from ${dialect.jsonTable(sql`${leaves}`, leafColumns)} as given)`.execute(db);
    },
    async keepCheckpoint({ size, atMs, note }) {
      await db
        .insertInto('registry_audit_checkpoints')
        .values({ size, at_ms: atMs, note })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
  };
}

/** The registered model that an event is about, so that its history can be asked for. */
function conditions(query: AuditQuery): RawBuilder<SqlBool>[] {
  const { modelName, actorId, action, sinceMs, untilMs } = query;
  return [
    sql<SqlBool>`1 = 1`,
    ...(modelName === null ? [] : [sql<SqlBool>`e.model_name = ${modelName}`]),
    ...(actorId === null ? [] : [sql<SqlBool>`e.actor_id = ${actorId}`]),
    ...(action === null ? [] : [sql<SqlBool>`e.action = ${action}`]),
    ...(sinceMs === null ? [] : [sql<SqlBool>`e.at_ms >= ${sinceMs}`]),
    ...(untilMs === null ? [] : [sql<SqlBool>`e.at_ms < ${untilMs}`]),
  ];
}

function toLeaf(row: LeafRow): KeptLeaf {
  const { event, at_ms: atMs, action } = row;
  return {
    seq: Number(row.seq),
    eventId: row.event_id,
    leaf: event,
    columns:
      event === null || atMs === null || action === null
        ? null
        : { atMs: Number(atMs), action, actorId: row.actor_id, modelName: row.model_name },
  };
}

function toCheckpoint(row: { size: number | bigint; at_ms: number | bigint; note: string }): KeptCheckpoint {
  return { size: Number(row.size), atMs: Number(row.at_ms), note: row.note };
}
