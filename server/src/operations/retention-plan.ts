import type { Actor } from '../domain/actor.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import { RegistryError } from '../domain/errors.ts';
import { dueText, type RetentionAction } from '../domain/retention.ts';
import { authorize } from './authorize.ts';
import type { RetainedVersion, VersionKey } from './ports/retention.ts';
import type { PlanEntry, PlanList, PlanTotals, RetentionPlan } from './ports/retention-plan.ts';
import type { Deps, Reader, Writer } from './ports.ts';
import { modelResource } from './registered-model.ts';
import { type Judged, judgementNow, judgeVersions } from './retention-judgement.ts';

/** A plan, and the beginning of what it says. */
export interface PlanView {
  readonly plan: RetentionPlan;
  readonly actions: readonly PlanEntry[];
  readonly kept: readonly PlanEntry[];
  /** What became of its actions. */
  readonly outcomes: { readonly done: number; readonly left: number; readonly waiting: number };
  /** Display name of who made it. */
  readonly madeBy: string;
  readonly appliedBy: string | null;
}

/** Versions that are looked at together. */
const SCANNED_AT_ONCE = 1_000;
export const PLAN_LIFETIME_MS = 86_400_000;

/** Plans are about every model at once. @throws `permission_denied`. */
export function authorizeRetention(actor: Actor): void {
  authorize(actor, 'manage-policy', modelResource('*'));
}

/** Called with each page of what was judged, in the unit of work that keeps it. */
type Witness = (writer: Writer, judged: readonly Judged[]) => Promise<void>;

/**
 * Looks at every version, and keeps what would be done, and why the rest of those whose time has run out stays. Nothing
 * else changes. However many there are, only a page of them is in memory. @throws `permission_denied`, `clock_jumped`.
 */
export async function makePlan(deps: Deps, actor: Actor, witness?: Witness): Promise<RetentionPlan> {
  authorizeRetention(actor);
  const by = await deps.store.read((reader) => judgementNow(deps, reader));
  const planId = deps.ids.uuid();
  const made = { planId, madeBy: actor.subjectId, madeAtMs: by.nowMs };
  await deps.store.write(({ retentionPlans }) => retentionPlans.insert(made));
  const book = openBook(deps);
  let after: VersionKey | null = null;
  do {
    const page: { readonly after: VersionKey | null; readonly limit: number } = {
      after,
      limit: SCANNED_AT_ONCE,
    };
    const seen = await deps.store.read(async (reader) => {
      const { versions, next } = await reader.retention.scan({ ...page, countNewer: by.countNewer });
      return { versions, next, judged: await judgeVersions(deps, reader, versions, by) };
    });
    const { actions, kept } = book.add(seen.versions, seen.judged);
    if (seen.judged.length > 0)
      await deps.store.write(async (writer) => {
        await writer.retentionPlans.addEntries(planId, 'actions', actions);
        await writer.retentionPlans.addEntries(planId, 'kept', kept);
        await witness?.(writer, seen.judged);
      });
    after = seen.next;
  } while (after !== null);
  await deps.store.write(({ retentionPlans }) => retentionPlans.finish(planId, book.close()));
  return requirePlan(deps, planId);
}

type NewEntry = Omit<PlanEntry, 'outcome'>;

/** Counts and hashes while pages go by. */
function openBook(deps: Pick<Deps, 'digests'>) {
  const digest = deps.digests.sha256Running();
  digest.add('[');
  let totals: PlanTotals = {
    versions: 0,
    bytes: 0,
    archive: 0,
    purge: 0,
    purgeBytes: 0,
    kept: 0,
    notDue: 0,
  };
  return {
    add(versions: readonly RetainedVersion[], judged: readonly Judged[]) {
      const taken = judged.filter(({ keptBy }) => keptBy === null);
      const stays = judged.filter(({ keptBy }) => keptBy !== null);
      const before = totals.archive + totals.purge;
      const actions = taken.map((one, index) => entryOf(one, before + index + 1));
      const kept = stays.map((one, index) => entryOf(one, totals.kept + index + 1));
      for (const entry of actions)
        digest.add(`${entry.position === 1 ? '' : ','}${canonicalJson(actionOf(entry))}`);
      const purged = actions.filter(({ action }) => action === 'purge');
      totals = {
        versions: totals.versions + versions.length,
        bytes: totals.bytes + sum(versions.map(({ sizeBytes }) => sizeBytes)),
        archive: totals.archive + actions.length - purged.length,
        purge: totals.purge + purged.length,
        purgeBytes: totals.purgeBytes + sum(purged.map(({ bytes }) => bytes)),
        kept: totals.kept + kept.length,
        notDue: totals.notDue + versions.length - judged.length,
      };
      return { actions, kept };
    },
    close() {
      digest.add(']');
      return { digest: `sha256:${digest.hex()}`, totals };
    },
  };
}

function entryOf({ version: row, due, keptBy }: Judged, position: number): NewEntry {
  const { modelId, modelName, version, sizeBytes } = row;
  const action = keptBy !== null || due.action === 'review' ? 'keep' : due.action;
  // What would only be archived frees nothing.
  const bytes = due.action === 'purge' ? sizeBytes : 0;
  return { position, modelId, modelName, version, action, reason: keptBy ?? dueText(due), bytes };
}

/** An action as the API shows it: what the digest is over. */
export function actionOf({ modelName, version, action, reason, bytes }: NewEntry) {
  return { model_name: modelName, version, action: action as RetentionAction, reason, bytes };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

async function requirePlan(deps: Deps, planId: string): Promise<RetentionPlan> {
  return deps.store.read((reader) => findPlan(deps, reader, planId));
}

/** One that can be read and applied. @throws `resource_not_found`, also when its day is over. */
export async function findPlan(
  deps: Pick<Deps, 'clock'>,
  reader: Reader,
  planId: string,
): Promise<RetentionPlan> {
  const plan = await reader.retentionPlans.find(planId);
  const isOver = plan?.state === 'planned' && plan.madeAtMs + PLAN_LIFETIME_MS <= deps.clock.now();
  if (plan === null || plan.state === 'making' || isOver)
    throw new RegistryError('resource_not_found', {
      message: `There is no retention plan ${planId}; one lives for 24 hours, and POST /api/v1/retention/plans makes another.`,
    });
  return plan;
}

/** With so many entries of each list. @throws `permission_denied`, `resource_not_found`. */
export async function getPlan(
  deps: Deps,
  actor: Actor,
  { planId, limit }: { readonly planId: string; readonly limit: number },
): Promise<PlanView> {
  authorizeRetention(actor);
  return deps.store.read(async (reader) => {
    const plan = await findPlan(deps, reader, planId);
    const first = { after: 0, limit };
    const names = await reader.subjects.names([
      plan.madeBy,
      ...(plan.appliedBy === null ? [] : [plan.appliedBy]),
    ]);
    const named = (subjectId: string) => names.get(subjectId) ?? subjectId;
    return {
      plan,
      actions: await reader.retentionPlans.listEntries(planId, 'actions', first),
      kept: await reader.retentionPlans.listEntries(planId, 'kept', first),
      outcomes: await reader.retentionPlans.countOutcomes(planId),
      madeBy: named(plan.madeBy),
      appliedBy: plan.appliedBy === null ? null : named(plan.appliedBy),
    };
  });
}

/** A page of one of its lists. @throws `permission_denied`, `resource_not_found`. */
export async function listPlanEntries(
  deps: Deps,
  actor: Actor,
  query: { readonly planId: string; readonly list: PlanList; readonly after: number; readonly limit: number },
): Promise<readonly PlanEntry[]> {
  authorizeRetention(actor);
  const { planId, list, after, limit } = query;
  return deps.store.read(async (reader) => {
    await findPlan(deps, reader, planId);
    return reader.retentionPlans.listEntries(planId, list, { after, limit });
  });
}
