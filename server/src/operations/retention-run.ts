import { RETENTION } from '../domain/actor.ts';
import { isRegistryError } from '../domain/errors.ts';
import { recordEvent } from './audit.ts';
import { versionObject } from './audit-object.ts';
import type { LastRun, RetentionPlan, Schedule } from './ports/retention-plan.ts';
import type { Deps, Writer } from './ports.ts';
import { applyPlan } from './retention-apply.ts';
import type { Judged } from './retention-judgement.ts';
import { makePlan, PLAN_LIFETIME_MS } from './retention-plan.ts';

const DAY_MS = 86_400_000;
/** An applied plan says for so long what it did; the audit log and the history of versions keep it for ever. */
const APPLIED_LIFETIME_MS = 30 * DAY_MS;
const REMOVED_AT_ONCE = 5_000;

/** When the next run by itself is, and what the last one did; null: no server has run on this database yet. */
export async function getSchedule(deps: Deps): Promise<Schedule | null> {
  return deps.store.read(({ retentionPlans }) => retentionPlans.findSchedule());
}

/**
 * Plans and applies, once a day for all servers of a database, and as soon as one is there when its time has passed. The
 * first time is a day after the first server started, so that whoever opens an old database can look at a plan before.
 * False: it was not the time.
 */
export async function runRetention(deps: Deps): Promise<boolean> {
  const nowMs = deps.clock.now();
  const schedule = await getSchedule(deps);
  if (schedule === null) {
    await deps.store.write(({ retentionPlans }) => retentionPlans.schedule(nowMs + DAY_MS));
    return false;
  }
  if (schedule.nextRunAtMs > nowMs) return false;
  // At the same hour as before, also when days were missed.
  const missed = Math.floor((nowMs - schedule.nextRunAtMs) / DAY_MS);
  const turn = { nowMs, nextRunAtMs: schedule.nextRunAtMs + (missed + 1) * DAY_MS };
  if (!(await deps.store.write(({ retentionPlans }) => retentionPlans.takeTurn(turn)))) return false;
  const run = await runOnce(deps).catch(async (error: unknown) => {
    const failed = {
      planId: null,
      outcome: 'failed',
      message: 'It failed; the log of the server says why.',
    } as const;
    await writeDown(deps, { ...failed, atMs: nowMs });
    throw error;
  });
  await writeDown(deps, { ...run, atMs: nowMs });
  return true;
}

async function writeDown(deps: Deps, run: LastRun): Promise<void> {
  await deps.store.write(({ retentionPlans }) => retentionPlans.setLastRun(run));
}

async function runOnce(deps: Deps): Promise<Omit<LastRun, 'atMs'>> {
  let plan: RetentionPlan | null = null;
  try {
    plan = await makePlan(deps, RETENTION, (writer, judged) => noteReviews(deps, writer, judged));
    const { planId, digest, totals } = plan;
    await applyPlan(deps, RETENTION, { planId, digest: digest ?? '', override: null });
    const { archive = 0, purge = 0, kept = 0 } = totals ?? {};
    const purged = deps.retention.purge ? 'to purge' : 'to purge, but RETENTION_PURGE is false';
    return {
      planId,
      outcome: 'applied',
      message: `${archive} to archive; ${purge} ${purged}; ${kept} kept.`,
    };
  } catch (error) {
    const planId = plan?.planId ?? null;
    if (isRegistryError(error, 'retention_cap')) return { planId, outcome: 'capped', message: error.message };
    if (isRegistryError(error, 'plan_changed')) return { planId, outcome: 'failed', message: error.message };
    if (isRegistryError(error, 'clock_jumped'))
      return { planId, outcome: 'clock_jumped', message: error.message };
    throw error;
  }
}

/** Tells once of each stay in production that it has lasted as long as it should without a look. */
async function noteReviews(deps: Deps, writer: Writer, judged: readonly Judged[]): Promise<void> {
  for (const { version: row, due } of judged) {
    if (due.action !== 'review') continue;
    const { modelId, modelName: name, version, enteredAtMs } = row;
    if (!(await writer.retention.noteReview({ modelId, version, enteredAtMs }, deps.clock.now()))) continue;
    await recordEvent(deps, writer, RETENTION, {
      action: 'model_version.review_due',
      object: versionObject({ modelId, name }, version),
      after: { in_production_since: new Date(enteredAtMs).toISOString() },
    });
  }
}

/** Removes plans whose time is over, a piece at a time. True: there is more. */
export async function removeOldPlans(deps: Deps): Promise<boolean> {
  return deps.store.write(async ({ retentionPlans }) => {
    const nowMs = deps.clock.now();
    const old = await retentionPlans.listMadeBefore(nowMs - PLAN_LIFETIME_MS, REMOVED_AT_ONCE);
    const over = old.find(
      ({ state, madeAtMs }) =>
        state === 'making' ||
        state === 'planned' ||
        (state === 'applied' && madeAtMs + APPLIED_LIFETIME_MS <= nowMs),
    );
    if (over === undefined) return false;
    const removed = await retentionPlans.removeEntries(over.planId, REMOVED_AT_ONCE);
    if (removed < REMOVED_AT_ONCE) await retentionPlans.remove(over.planId);
    return true;
  });
}
