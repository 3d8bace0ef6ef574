import { type RawBuilder, sql } from 'kysely';
import type { Int64 } from '../domain/int64.ts';
import { type BacklogReader, MOST_COUNTED, type Waiting } from '../operations/ports/backlog.ts';
import type { PlanTotals } from '../operations/ports/retention-plan.ts';
import { hotStatement, type StoreContext } from './context.ts';

interface Row {
  seals: Int64;
  seal_ms: Int64 | null;
  deliveries: Int64;
  delivery_ms: Int64 | null;
  due_ms: Int64 | null;
  failed: Int64;
  events: Int64;
  event_ms: Int64 | null;
  requests: Int64;
  request_ms: Int64 | null;
  totals: string | null;
  marked: Int64 | null;
}

const counted = (rows: RawBuilder<unknown>) =>
  sql`(select count(*) from (select 1 from ${rows} limit ${sql.lit(MOST_COUNTED)}) as counted)`;

/** Of each webhook the oldest that waits: what stands before all others of it. */
const ofOldest = (value: RawBuilder<unknown>) => sql`(select min(${value}) from registry_webhook_deliveries d
  where d.id in (select (select min(h.id) from registry_webhook_deliveries h
    where h.webhook_id = w.webhook_id and h.failed_at_ms is null) from webhooks w))`;

// Conditions stand as the partial indexes have them.
const measure = hotStatement<{ workspace: string }, Row>(
  (_dialect, value) => sql`select
    ${counted(sql`registry_versions where seal = 'pending' and deleted_at_ms is null`)} as seals,
    (select created_at_ms from registry_versions where seal = 'pending' and deleted_at_ms is null
      order by created_at_ms limit 1) as seal_ms,
    ${counted(sql`registry_webhook_deliveries where failed_at_ms is null`)} as deliveries,
    ${ofOldest(sql`d.occurred_at_ms`)} as delivery_ms,
    ${ofOldest(sql`case when d.due_at_ms > d.lease_until_ms then d.due_at_ms else d.lease_until_ms end`)} as due_ms,
    ${counted(sql`registry_webhook_deliveries where failed_at_ms is not null`)} as failed,
    ${counted(sql`registry_audit_waiting`)} as events,
    (select at_ms from registry_audit_events where event_id =
      (select event_id from registry_audit_waiting order by entry limit 1)) as event_ms,
    ${counted(sql`registry_transition_requests where ended_at_ms is null`)} as requests,
    (select min(opened_at_ms) from (select opened_at_ms from registry_transition_requests
      where ended_at_ms is null limit ${sql.lit(MOST_COUNTED)}) as open) as request_ms,
    (select totals from registry_retention_plans where workspace = ${value('workspace')}
      and totals is not null order by made_at_ms desc limit 1) as totals,
    (select sum(rv.size_bytes) from (select model_id, version from registry_purges where swept_at_ms is null
      limit ${sql.lit(MOST_COUNTED)}) as marked
      join registry_versions rv on rv.model_id = marked.model_id and rv.version = marked.version) as marked`,
);

export function backlogReader(context: StoreContext): BacklogReader {
  return {
    async measure() {
      const [row] = await measure(context, { workspace: context.workspace });
      if (row === undefined) throw new Error('a statement without a table gave no row');
      return {
        seals: waiting(row.seals, row.seal_ms),
        deliveries: waiting(row.deliveries, row.delivery_ms),
        deliveryDueMs: row.due_ms === null ? null : Number(row.due_ms),
        deliveriesFailed: Number(row.failed),
        auditEvents: waiting(row.events, row.event_ms),
        requests: waiting(row.requests, row.request_ms),
        purgeableBytes: row.totals === null ? 0 : (JSON.parse(row.totals) as PlanTotals).purgeBytes,
        markedBytes: Number(row.marked ?? 0),
      };
    },
  };
}

function waiting(count: Int64, oldestMs: Int64 | null): Waiting {
  return { count: Number(count), oldestMs: oldestMs === null ? null : Number(oldestMs) };
}
