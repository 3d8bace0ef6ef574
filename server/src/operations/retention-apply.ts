import { type Actor, RETENTION } from '../domain/actor.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import { capText, type PlanDifference, type RetentionAction, type Taking } from '../domain/retention.ts';
import { archiveInUnit } from './archive-move.ts';
import { recordEvent } from './audit.ts';
import type { PlanEntry, RetentionPlan } from './ports/retention-plan.ts';
import type { Deps, Reader, Writer } from './ports.ts';
import { markInUnit } from './purge.ts';
import { type Judged, type Judgement, judgementNow, judgeVersions } from './retention-judgement.ts';
import { authorizeRetention, findPlan } from './retention-plan.ts';

export interface PlanApplication {
  readonly planId: string;
  /** Of the plan that was read. */
  readonly digest: string;
  /** Why the cap is passed; null: it is not. */
  readonly override: string | null;
}

/** Of one unit of work: everybody else who writes waits for it. */
const APPLIED_AT_ONCE = 50;
/** What one request does before the rest is left to a job. */
const APPLIED_PER_REQUEST = 1_000;
const COMPARED_AT_ONCE = 1_000;
const DIFFERENCES_SHOWN = 100;
const OVERRIDE_LENGTH = 10;
const DONE = 'done';

/**
 * Does what a plan says, as long as all of it still holds; whatever came to hold between that look and its turn is left
 * out, and told in the plan. The first thousand actions are done when this returns, the rest in the background.
 * @throws `permission_denied`, `resource_not_found`, `invalid_argument`, `plan_applied`, `plan_changed`, `retention_cap`,
 * `clock_jumped`.
 */
export async function applyPlan(deps: Deps, actor: Actor, input: PlanApplication): Promise<void> {
  authorizeRetention(actor);
  const { planId, digest, override } = input;
  if (override !== null && [...override].length < OVERRIDE_LENGTH)
    throw invalidArgument(
      `Passing the cap needs a reason of ${OVERRIDE_LENGTH} characters or more.`,
      '/reason',
    );
  const plan = await deps.store.read((reader) => findPlan(deps, reader, planId));
  if (plan.state !== 'planned') throw new RegistryError('plan_applied', { planId });
  if (plan.digest !== digest)
    throw new RegistryError('plan_changed', {
      message: `The plan ${planId} has the digest ${plan.digest} and not ${digest}; read it again.`,
      differences: [],
    });
  if (override === null) requireCap(deps, plan);
  await requireUnchanged(deps, plan);
  await deps.store.write(async (writer) => {
    const begun = { subjectId: actor.subjectId, atMs: deps.clock.now(), overrideReason: override };
    if (!(await writer.retentionPlans.begin(planId, begun)))
      throw new RegistryError('plan_applied', { planId });
    await recordEvent(deps, writer, actor, {
      action: 'retention.apply',
      object: { kind: 'retention_plan', id: planId, digest },
      reason: override,
      after: { archive: plan.totals?.archive ?? 0, purge: plan.totals?.purge ?? 0 },
    });
  });
  for (let done = 0; done < APPLIED_PER_REQUEST; done += APPLIED_AT_ONCE)
    if (!(await goOnWithPlan(deps))) return;
}

/** What the plan would take as the settings are, in its own figures. */
function takingOf({ retention }: Pick<Deps, 'retention'>, { totals }: RetentionPlan): Taking {
  const { versions = 0, bytes = 0, archive = 0, purge = 0, purgeBytes = 0 } = totals ?? {};
  const purged = retention.purge ? { versions: purge, bytes: purgeBytes } : { versions: 0, bytes: 0 };
  return {
    versions: archive + purged.versions,
    allVersions: versions,
    bytes: purged.bytes,
    allBytes: bytes,
  };
}

function requireCap(deps: Pick<Deps, 'retention'>, plan: RetentionPlan): void {
  const figures = takingOf(deps, plan);
  const text = capText(figures, deps.retention.maxShare);
  if (text === null) return;
  throw new RegistryError('retention_cap', {
    message: `${text} To do it all the same, apply with "override_cap": true and a reason.`,
    figures,
  });
}

/** @throws `plan_changed` with the first differences. */
async function requireUnchanged(deps: Deps, { planId }: RetentionPlan): Promise<void> {
  const by = await deps.store.read((reader) => judgementNow(deps, reader));
  const differences: PlanDifference[] = [];
  let after = 0;
  for (;;) {
    const page = { after, limit: COMPARED_AT_ONCE };
    const entries = await deps.store.read(async (reader) => {
      const found = await reader.retentionPlans.listEntries(planId, 'actions', page);
      differences.push(...(await compareWithNow(deps, reader, found, by)).values());
      return found;
    });
    if (entries.length < COMPARED_AT_ONCE || differences.length >= DIFFERENCES_SHOWN) break;
    after = entries.at(-1)?.position ?? after;
  }
  if (differences.length === 0) return;
  throw new RegistryError('plan_changed', {
    message: `What the plan ${planId} would change is not what it was when it was made; make another.`,
    differences: differences.slice(0, DIFFERENCES_SHOWN),
  });
}

/** Of some entries those that do not hold any more, by position. */
async function compareWithNow(
  deps: Deps,
  reader: Reader,
  entries: readonly PlanEntry[],
  by: Judgement,
): Promise<ReadonlyMap<number, PlanDifference>> {
  const rows = await reader.retention.findRetained(entries, by.countNewer);
  const living = new Set(rows.map(keyOf));
  const judged = new Map(
    (await judgeVersions(deps, reader, rows, by)).map((one) => [keyOf(one.version), one]),
  );
  return new Map(
    entries.flatMap((entry) => {
      const key = keyOf(entry);
      const now = living.has(key) ? whatNow(entry, judged.get(key)) : 'it is gone';
      const { modelName, version } = entry;
      const planned = entry.action as RetentionAction;
      return now === null ? [] : [[entry.position, { modelName, version, planned, now }] as const];
    }),
  );
}

/** Null: it is as it was planned. */
function whatNow(entry: PlanEntry, judged: Judged | undefined): string | null {
  if (judged === undefined) return 'its time has not come';
  if (judged.keptBy !== null) return judged.keptBy;
  const { modelName } = judged.version;
  if (modelName !== entry.modelName) return `its model is called ${modelName}`;
  if (judged.due.action !== entry.action) return `it is in ${judged.due.stage}`;
  const bytes = judged.due.action === 'purge' ? judged.version.sizeBytes : 0;
  return bytes === entry.bytes ? null : `it has ${bytes} bytes`;
}

function keyOf({ modelId, version }: { readonly modelId: string; readonly version: number }): string {
  return `${modelId}/${version}`;
}

/**
 * Does the next actions of the oldest plan that was begun, each looked at again in the unit of work that does it.
 * False: there is nothing more to do.
 */
export async function goOnWithPlan(deps: Deps): Promise<boolean> {
  return deps.store.write(async (writer) => {
    const plan = await writer.retentionPlans.findApplying();
    if (plan === null) return false;
    const { planId, appliedThrough: after } = plan;
    const page = { after, limit: APPLIED_AT_ONCE };
    const entries = await writer.retentionPlans.listEntries(planId, 'actions', page);
    const last = entries.at(-1);
    if (last === undefined) {
      await writer.retentionPlans.end(planId);
      return true;
    }
    const by = await judgementNow(deps, writer);
    const differences = await compareWithNow(deps, writer, entries, by);
    const outcomes = new Map<number, string>();
    for (const entry of entries) {
      const difference = differences.get(entry.position);
      outcomes.set(entry.position, difference?.now ?? (await act(deps, writer, entry, by.nowMs)) ?? DONE);
    }
    await writer.retentionPlans.setOutcomes(planId, outcomes);
    await writer.retentionPlans.setAppliedThrough(planId, last.position);
    return true;
  });
}

/** Null: it is done; else why not. */
async function act(deps: Deps, writer: Writer, entry: PlanEntry, nowMs: number): Promise<string | null> {
  if (entry.action === 'purge')
    return deps.retention.purge
      ? markInUnit(deps, writer, RETENTION, { ...entry, nowMs })
      : 'RETENTION_PURGE is false';
  const { modelName: name, version, reason } = entry;
  return archiveInUnit(deps, writer, RETENTION, { name, version, reason, origin: 'retention' });
}
