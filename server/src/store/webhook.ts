import { sql } from 'kysely';
import type { Int64 } from '../domain/int64.ts';
import { toPage } from '../domain/page.ts';
import type { Webhook, WebhookEvent, WebhookStatus } from '../domain/webhook.ts';
import type { WebhookChange, WebhookReader, WebhookWriter } from '../operations/ports/webhook.ts';
import { parseJsonRows, type StoreContext } from './context.ts';

interface WebhookRow {
  readonly webhook_id: string;
  readonly name: string;
  readonly description: string | null;
  readonly url: string;
  readonly status: string;
  readonly creation_timestamp: Int64 | null;
  readonly last_updated_timestamp: Int64 | null;
  readonly events: string;
}

export function webhookReader(context: StoreContext): WebhookReader {
  const { db, workspace } = context;
  return {
    async find(webhookId) {
      const { rows } = await sql<WebhookRow>`select ${columns(context)} from webhooks w
        where w.webhook_id = ${webhookId} and w.workspace = ${workspace} and w.deleted_timestamp is null`.execute(
        db,
      );
      const [row] = rows;
      return row === undefined ? null : toWebhook(row);
    },
    async list({ limit, offset }) {
      const { rows } = await sql<WebhookRow>`select ${columns(context)} from webhooks w
        where w.workspace = ${workspace} and w.deleted_timestamp is null
        order by w.creation_timestamp desc, w.webhook_id limit ${limit + 1} offset ${offset}`.execute(db);
      return toPage(rows.map(toWebhook), limit, offset);
    },
    async findTarget(webhookId) {
      const row = await db
        .selectFrom('webhooks')
        .select(['url', 'status', 'secret'])
        .where('webhook_id', '=', webhookId)
        .where('workspace', '=', workspace)
        .where('deleted_timestamp', 'is', null)
        .executeTakeFirst();
      if (row === undefined) return null;
      return { url: row.url, status: toStatus(row.status), sealedSecret: row.secret };
    },
  };
}

export function webhookWriter(context: StoreContext): WebhookWriter {
  const { db, workspace } = context;
  return {
    ...webhookReader(context),
    async insert({ webhookId, name, description, url, status, sealedSecret, events }, nowMs) {
      await db
        .insertInto('webhooks')
        .values({
          webhook_id: webhookId,
          name,
          description,
          url,
          status,
          secret: sealedSecret,
          creation_timestamp: nowMs,
          last_updated_timestamp: nowMs,
          deleted_timestamp: null,
          workspace,
        })
        .execute();
      await insertEvents(context, webhookId, events);
    },
    async update(webhookId, change, nowMs) {
      if (!(await setColumns(context, webhookId, columnsOf(change, nowMs)))) return false;
      if (change.events === undefined) return true;
      await db.deleteFrom('webhook_events').where('webhook_id', '=', webhookId).execute();
      await insertEvents(context, webhookId, change.events);
      return true;
    },
    delete: (webhookId, nowMs) =>
      setColumns(context, webhookId, { deleted_timestamp: nowMs, last_updated_timestamp: nowMs }),
  };
}

function columns(context: StoreContext) {
  const { dialect } = context;
  const events = sql`(select e.entity, e.action from webhook_events e where e.webhook_id = w.webhook_id
    order by ${dialect.bytewise(sql.ref('e.entity'))}, ${dialect.bytewise(sql.ref('e.action'))})`;
  return sql`w.webhook_id, w.name, w.description, w.url, w.status, w.creation_timestamp, w.last_updated_timestamp,
    ${dialect.jsonRows(events, ['entity', 'action'])} as events`;
}

function toWebhook(row: WebhookRow): Webhook {
  return {
    webhookId: row.webhook_id,
    name: row.name,
    description: row.description,
    url: row.url,
    status: toStatus(row.status),
    events: parseJsonRows<WebhookEvent>(row.events),
    createdAtMs: row.creation_timestamp,
    updatedAtMs: row.last_updated_timestamp,
  };
}

function toStatus(text: string): WebhookStatus {
  return text === 'ACTIVE' ? 'ACTIVE' : 'DISABLED';
}

interface Columns {
  name?: string;
  description?: string;
  url?: string;
  status?: string;
  secret?: string | null;
  deleted_timestamp?: number;
  last_updated_timestamp: number;
}

function columnsOf({ name, description, url, status, sealedSecret }: WebhookChange, nowMs: number): Columns {
  return {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(url === undefined ? {} : { url }),
    ...(status === undefined ? {} : { status }),
    ...(sealedSecret === undefined ? {} : { secret: sealedSecret }),
    last_updated_timestamp: nowMs,
  };
}

async function setColumns(
  { db, workspace }: StoreContext,
  webhookId: string,
  set: Columns,
): Promise<boolean> {
  const changed = await db
    .updateTable('webhooks')
    .set(set)
    .where('webhook_id', '=', webhookId)
    .where('workspace', '=', workspace)
    .where('deleted_timestamp', 'is', null)
    .returning('webhook_id')
    .execute();
  return changed.length > 0;
}

async function insertEvents({ db }: StoreContext, webhookId: string, events: readonly WebhookEvent[]) {
  const rows = events.map(({ entity, action }) => ({ webhook_id: webhookId, entity, action }));
  await db.insertInto('webhook_events').values(rows).execute();
}
