import { type Selectable, sql } from 'kysely';
import type { RetentionAction } from '../domain/retention.ts';
import type {
  LastRun,
  PlanEntry,
  PlanState,
  PlanTotals,
  RetentionPlan,
  RetentionPlanReader,
  RetentionPlanWriter,
} from '../operations/ports/retention-plan.ts';
import type { StoreContext } from './context.ts';
import type { JsonColumn } from './dialect.ts';
import { jsonTableText } from './json-table.ts';
import type { Tables } from './schema/tables.ts';

const ENTRY: readonly JsonColumn[] = [
  ['position', 'bigint'],
  ['model_id', 'text'],
  ['model_name', 'text'],
  ['version', 'bigint'],
  ['action', 'text'],
  ['reason', 'text'],
  ['bytes', 'bigint'],
];
const OUTCOME: readonly JsonColumn[] = [
  ['position', 'bigint'],
  ['outcome', 'text'],
];
const ENTRY_COLUMNS = sql.join(ENTRY.map(([name]) => sql.ref(name)));

export function retentionPlanReader({ db, workspace }: StoreContext): RetentionPlanReader {
  const plans = () =>
    db.selectFrom('registry_retention_plans').selectAll().where('workspace', '=', workspace);
  return {
    async find(planId) {
      const row = await plans().where('plan_id', '=', planId).executeTakeFirst();
      return row === undefined ? null : toPlan(row);
    },
    async listEntries(planId, list, { after, limit }) {
      const rows = await db
        .selectFrom('registry_retention_entries')
        .selectAll()
        .where('plan_id', '=', planId)
        .where('list', '=', list)
        .where('position', '>', after)
        .orderBy('position')
        .limit(limit)
        .execute();
      return rows.map(toEntry);
    },
    async countOutcomes(planId) {
      const { rows } = await sql<{
        done: number | bigint;
        left_out: number | bigint;
        waiting: number | bigint;
      }>`
        select count(case when outcome = 'done' then 1 end) as done,
          count(case when outcome <> 'done' then 1 end) as left_out,
          count(case when outcome is null then 1 end) as waiting
        from registry_retention_entries where plan_id = ${planId} and list = 'actions'`.execute(db);
      const [row] = rows;
      return {
        done: Number(row?.done ?? 0),
        left: Number(row?.left_out ?? 0),
        waiting: Number(row?.waiting ?? 0),
      };
    },
    async findSchedule() {
      const row = await db
        .selectFrom('registry_retention_schedule')
        .selectAll()
        .where('workspace', '=', workspace)
        .executeTakeFirst();
      if (row === undefined) return null;
      const lastRun = row.last_run === null ? null : (JSON.parse(row.last_run) as LastRun);
      return { nextRunAtMs: Number(row.next_run_at_ms), lastRun };
    },
    async findApplying() {
      const row = await plans().where('state', '=', 'applying').orderBy('made_at_ms').executeTakeFirst();
      return row === undefined ? null : toPlan(row);
    },
    async listMadeBefore(atMs, limit) {
      const rows = await plans().where('made_at_ms', '<', atMs).orderBy('made_at_ms').limit(limit).execute();
      return rows.map(toPlan);
    },
  };
}

export function retentionPlanWriter(context: StoreContext): RetentionPlanWriter {
  return { ...retentionPlanReader(context), ...planWriter(context), ...scheduleWriter(context) };
}

type PlanWriter = Omit<
  RetentionPlanWriter,
  keyof RetentionPlanReader | 'takeTurn' | 'setLastRun' | 'schedule'
>;

function planWriter({ db, dialect, workspace }: StoreContext): PlanWriter {
  const one = (planId: string) =>
    db
      .updateTable('registry_retention_plans')
      .where('plan_id', '=', planId)
      .where('workspace', '=', workspace);
  return {
    async insert({ planId, madeBy, madeAtMs }) {
      await db
        .insertInto('registry_retention_plans')
        .values({
          plan_id: planId,
          workspace,
          state: 'making',
          made_by: madeBy,
          made_at_ms: madeAtMs,
          applied_through: 0,
        })
        .execute();
    },
    async addEntries(planId, list, entries) {
      if (entries.length === 0) return;
      const rows = jsonTableText(
        entries.map(({ position, modelId, modelName, version, action, reason, bytes }) => [
          position,
          modelId,
          modelName,
          version,
          action,
          reason,
          bytes,
        ]),
      );
      await sql`insert into registry_retention_entries (plan_id, list, ${ENTRY_COLUMNS})
        select ${planId}, ${list}, e.* from ${dialect.jsonTable(sql`${rows}`, ENTRY)} as e where true`.execute(
        db,
      );
    },
    async finish(planId, { digest, totals }) {
      await one(planId)
        .set({ state: 'planned', digest, totals: JSON.stringify(totals) })
        .execute();
    },
    async begin(planId, { subjectId, atMs, overrideReason }) {
      const { numUpdatedRows } = await one(planId)
        .set({
          state: 'applying',
          applied_by: subjectId,
          applied_at_ms: atMs,
          override_reason: overrideReason,
        })
        .where('state', '=', 'planned')
        .executeTakeFirst();
      return Number(numUpdatedRows) === 1;
    },
    async setOutcomes(planId, outcomes) {
      const rows = sql`${jsonTableText([...outcomes])}`;
      await sql`update registry_retention_entries set outcome = o.outcome
        from ${dialect.jsonTable(rows, OUTCOME)} as o
        where plan_id = ${planId} and list = 'actions' and registry_retention_entries.position = o.position`.execute(
        db,
      );
    },
    async setAppliedThrough(planId, position) {
      await one(planId).set({ applied_through: position }).execute();
    },
    async end(planId) {
      await one(planId).set({ state: 'applied' }).execute();
    },
    async removeEntries(planId, limit) {
      const { rows } = await sql<{ position: number }>`delete from registry_retention_entries
        where plan_id = ${planId} and (list, position) in (select e.list, e.position
          from registry_retention_entries e where e.plan_id = ${planId} limit ${limit})
        returning position`.execute(db);
      return rows.length;
    },
    async remove(planId) {
      await db.deleteFrom('registry_retention_plans').where('plan_id', '=', planId).execute();
    },
  };
}

function scheduleWriter({
  db,
  workspace,
}: StoreContext): Pick<RetentionPlanWriter, 'takeTurn' | 'setLastRun' | 'schedule'> {
  const schedule = () => db.updateTable('registry_retention_schedule').where('workspace', '=', workspace);
  return {
    async takeTurn({ nowMs, nextRunAtMs }) {
      const { numUpdatedRows } = await schedule()
        .set({ next_run_at_ms: nextRunAtMs })
        .where('next_run_at_ms', '<=', nowMs)
        .executeTakeFirst();
      return Number(numUpdatedRows) === 1;
    },
    async setLastRun(run) {
      await schedule()
        .set({ last_run: JSON.stringify(run) })
        .execute();
    },
    async schedule(nextRunAtMs) {
      await db
        .insertInto('registry_retention_schedule')
        .values({ workspace, next_run_at_ms: nextRunAtMs, last_run: null })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
  };
}

function toPlan(row: Selectable<Tables['registry_retention_plans']>): RetentionPlan {
  return {
    planId: row.plan_id,
    state: row.state as PlanState,
    madeBy: row.made_by,
    madeAtMs: Number(row.made_at_ms),
    digest: row.digest,
    totals: row.totals === null ? null : (JSON.parse(row.totals) as PlanTotals),
    appliedBy: row.applied_by,
    appliedAtMs: row.applied_at_ms === null ? null : Number(row.applied_at_ms),
    overrideReason: row.override_reason,
    appliedThrough: row.applied_through,
  };
}

function toEntry(row: Selectable<Tables['registry_retention_entries']>): PlanEntry {
  return {
    position: row.position,
    modelId: row.model_id,
    modelName: row.model_name,
    version: row.version,
    action: row.action as RetentionAction | 'keep',
    reason: row.reason,
    bytes: Number(row.bytes),
    outcome: row.outcome,
  };
}
