import { type RawBuilder, sql } from 'kysely';
import type { Int64 } from '../domain/int64.ts';
import { PROMPT_TAG } from '../domain/registered-model.ts';
import type { WebhookAction, WebhookEntity } from '../domain/webhook.ts';
import type {
  WebhookDelivery,
  WebhookDeliveryReader,
  WebhookDeliveryWriter,
} from '../operations/ports/webhook-delivery.ts';
import { hotStatement, hotWrite, type StoreContext } from './context.ts';

interface Noted {
  workspace: string;
  entity: string;
  action: string;
  data: string;
  nowMs: number;
}

const addKnown = hotWrite<Noted, { id: Int64 }>((_dialect, value) =>
  addTo(value, sql`cast(${value('entity')} as text)`),
);

/** As `Noted`; the statement itself finds out which of the two entities the change is of. */
interface NotedOfModel extends Noted {
  model: string;
  promptEntity: string;
}

// MLflow: only the value `true`, in any case, makes a registered model a prompt here.
const addByKind = hotWrite<NotedOfModel, { id: Int64 }>((_dialect, value) =>
  addTo(
    value,
    sql`case when exists (select 1 from registered_model_tags t where t.workspace = ${value('workspace')}
      and t.key = ${sql.lit(PROMPT_TAG)} and t.name = ${value('model')} and lower(t.value) = 'true')
      then cast(${value('promptEntity')} as text) else cast(${value('entity')} as text) end`,
  ),
);

/**
 * Copies one announcement to every active webhook that listens. By the index on events, cheap when none does: SQLite
 * takes the tables of a cross join in their order.
 */
function addTo(
  value: (name: keyof Noted) => RawBuilder<unknown>,
  entity: RawBuilder<unknown>,
): RawBuilder<{ id: Int64 }> {
  return sql`insert into registry_webhook_deliveries
    (workspace, webhook_id, entity, action, data, occurred_at_ms, due_at_ms, lease_until_ms, attempts)
    select w.workspace, w.webhook_id, e.entity, e.action, cast(${value('data')} as text),
      cast(${value('nowMs')} as bigint), cast(${value('nowMs')} as bigint), 0, 0
    from webhook_events e cross join webhooks w
    where w.webhook_id = e.webhook_id and e.entity = ${entity} and e.action = ${value('action')} and w.workspace = ${value('workspace')}
      and w.status = 'ACTIVE' and w.deleted_timestamp is null
    returning id`;
}

/** The oldest that waits for each webhook: only these may be claimed, so that each receiver sees its order. */
const OLDEST = sql`select (select min(h.id) from registry_webhook_deliveries h
    where h.webhook_id = w.webhook_id and h.failed_at_ms is null) from webhooks w`;

const findDue = hotStatement<{ workspace: string }, { due: Int64 | null }>(
  (_dialect, value) => sql`select min(case when d.due_at_ms > d.lease_until_ms then d.due_at_ms
      else d.lease_until_ms end) as due from registry_webhook_deliveries d
    where d.id in (${OLDEST} where w.workspace = ${value('workspace')})`,
);

interface ClaimedRow {
  id: Int64;
  webhook_id: string;
  entity: string;
  action: string;
  data: string;
  occurred_at_ms: Int64;
  attempts: number;
}

// The outer conditions are read again when another claim of the row was waited for (PostgreSQL).
const claim = hotStatement<{ workspace: string; nowMs: number; untilMs: number }, ClaimedRow>(
  (_dialect, value) => sql`update registry_webhook_deliveries
    set lease_until_ms = ${value('untilMs')}, attempts = attempts + 1
    where id = (
        select d.id from registry_webhook_deliveries d
        where d.id in (${OLDEST} where w.workspace = ${value('workspace')})
          and d.due_at_ms <= ${value('nowMs')} and d.lease_until_ms <= ${value('nowMs')}
        order by d.due_at_ms, d.id limit 1
      ) and due_at_ms <= ${value('nowMs')} and lease_until_ms <= ${value('nowMs')} and failed_at_ms is null
    returning id, webhook_id, entity, action, data, occurred_at_ms, attempts`,
);

export function webhookDeliveryReader(context: StoreContext): WebhookDeliveryReader {
  const { db, workspace } = context;
  return {
    async nextDueMs() {
      const [row] = await findDue(context, { workspace });
      return row === undefined || row.due === null ? null : Number(row.due);
    },
    async listFailed(webhookId) {
      const rows = await db
        .selectFrom('registry_webhook_deliveries')
        .select(['id', 'reason', 'attempts', 'failed_at_ms'])
        .where('webhook_id', '=', webhookId)
        .where('failed_at_ms', 'is not', null)
        .orderBy('failed_at_ms', 'desc')
        .execute();
      return rows.map((row) => ({
        id: Number(row.id),
        reason: row.reason ?? '',
        attempts: row.attempts,
        failedAtMs: Number(row.failed_at_ms),
      }));
    },
  };
}

export function webhookDeliveryWriter(context: StoreContext): WebhookDeliveryWriter {
  const { db, workspace } = context;
  /** The row of a claim, unless it lapsed and another took it. */
  const claimed = ({ id, attempt }: WebhookDelivery) =>
    db.updateTable('registry_webhook_deliveries').where('id', '=', id).where('attempts', '=', attempt);
  return {
    ...webhookDeliveryReader(context),
    async add({ entity, action, data }, nowMs) {
      const noted = { workspace, action, data, nowMs };
      const note = (added: unknown[]) => {
        if (added.length > 0) context.note?.('deliveries');
      };
      if (typeof entity === 'string') await addKnown(context, { ...noted, entity }, note);
      else {
        const { ofModel, ofPrompt, model } = entity;
        await addByKind(context, { ...noted, entity: ofModel, promptEntity: ofPrompt, model }, note);
      }
    },
    async claim(nowMs, untilMs) {
      const [row] = await claim(context, { workspace, nowMs, untilMs });
      return row === undefined ? null : toDelivery(row);
    },
    async releaseAll() {
      await db
        .updateTable('registry_webhook_deliveries')
        .set({ lease_until_ms: 0 })
        .where('lease_until_ms', '>', 0)
        .where('failed_at_ms', 'is', null)
        .execute();
    },
    async finish(id) {
      await db.deleteFrom('registry_webhook_deliveries').where('id', '=', id).execute();
    },
    async postpone(delivery, dueMs, counted) {
      const attempts = counted ? delivery.attempt : delivery.attempt - 1;
      await claimed(delivery).set({ due_at_ms: dueMs, lease_until_ms: 0, attempts }).execute();
    },
    async fail(delivery, nowMs, reason) {
      await claimed(delivery).set({ failed_at_ms: nowMs, reason }).execute();
    },
    async drop(webhookId) {
      await db
        .deleteFrom('registry_webhook_deliveries')
        .where('webhook_id', '=', webhookId)
        .where('failed_at_ms', 'is', null)
        .execute();
    },
    async sweep(beforeMs, limit) {
      const oldest = db
        .selectFrom('registry_webhook_deliveries')
        .select('id')
        .where('occurred_at_ms', '<', beforeMs)
        .orderBy('occurred_at_ms')
        .limit(limit);
      await db.deleteFrom('registry_webhook_deliveries').where('id', 'in', oldest).execute();
    },
  };
}

function toDelivery(row: ClaimedRow): WebhookDelivery {
  return {
    id: Number(row.id),
    webhookId: row.webhook_id,
    entity: row.entity as WebhookEntity,
    action: row.action as WebhookAction,
    data: row.data,
    occurredAtMs: Number(row.occurred_at_ms),
    attempt: row.attempts,
  };
}
