import { OPERATOR } from '../domain/actor.ts';
import { isRegistryError, type RegistryError } from '../domain/errors.ts';
import { plainText, renderPlainTable } from '../domain/text-table.ts';
import type { PlanEntry, PlanTotals } from '../operations/ports/retention-plan.ts';
import { applyPlan, goOnWithPlan } from '../operations/retention-apply.ts';
import { actionOf, getPlan, makePlan, type PlanView } from '../operations/retention-plan.ts';
import { type CommandDeps, CommandError, type Told } from './command.ts';

/** Of each list; `GET /api/v1/retention/plans/{id}/actions` has the rest. */
const SHOWN = 1_000;

/** What would be done now. */
export async function plan(deps: CommandDeps): Promise<Told> {
  const { planId } = await makePlan(deps, OPERATOR).catch(inWords);
  const view = await getPlan(deps, OPERATOR, { planId, limit: SHOWN });
  const { digest, totals } = view.plan;
  const isEmpty = view.actions.length === 0;
  return {
    lines: [
      ...tableOf(view.actions, (totals?.archive ?? 0) + (totals?.purge ?? 0)),
      ...(view.kept.length === 0 ? [] : ['', 'Kept:', ...tableOf(view.kept, totals?.kept ?? 0)]),
      ...(isEmpty && view.kept.length === 0 ? [] : ['']),
      ...totalsOf(totals),
      ...(isEmpty ? [] : [`To do it: farmiq-registry retention apply ${planId} ${digest}`]),
    ],
    json: documentOf(view),
  };
}

/** Does all that a plan says. Exit code 1 when some of it was left out. */
export async function apply(
  deps: CommandDeps,
  input: { readonly planId: string; readonly digest: string; readonly overrideReason: string | null },
): Promise<Told> {
  const { planId, digest, overrideReason: override } = input;
  await applyPlan(deps, OPERATOR, { planId, digest, override }).catch(inWords);
  while (await goOnWithPlan(deps));
  const view = await getPlan(deps, OPERATOR, { planId, limit: SHOWN });
  const { done, left } = view.outcomes;
  const leftOut = view.actions.filter(({ outcome }) => outcome !== null && outcome !== 'done');
  const rows = leftOut.map((one) => [one.modelName, String(one.version), one.action, one.outcome ?? '']);
  return {
    lines: [
      ...(rows.length === 0
        ? []
        : [...renderPlainTable({ header: ['model', 'version', 'left out', 'because'], rows }), '']),
      `${done} done, ${left} left out.`,
    ],
    json: documentOf(view),
    exitCode: left === 0 ? 0 : 1,
  };
}

function tableOf(entries: readonly PlanEntry[], all: number): string[] {
  if (entries.length === 0) return ['Nothing is to be done.'];
  const rows = entries.map(({ modelName, version, action, reason, bytes }) => [
    modelName,
    String(version),
    ...(action === 'keep' ? [] : [action, String(bytes)]),
    reason,
  ]);
  const isKept = entries[0]?.action === 'keep';
  const header = ['model', 'version', ...(isKept ? [] : ['action', 'bytes']), 'reason'];
  const more = all - entries.length;
  return [...renderPlainTable({ header, rows }), ...(more > 0 ? [`… and ${more} more`] : [])];
}

function totalsOf(totals: PlanTotals | null): string[] {
  if (totals === null) return [];
  const { versions, archive, purge, purgeBytes, kept, notDue } = totals;
  return [
    `${versions} versions: ${archive} to archive, ${purge} to purge (${purgeBytes} bytes), ${kept} kept, ${notDue} whose time has not come.`,
  ];
}

function documentOf({ plan: made, actions, kept, outcomes }: PlanView) {
  return {
    id: made.planId,
    digest: made.digest,
    state: made.state,
    totals: made.totals,
    actions: actions.map((one) => ({ ...actionOf(one), outcome: one.outcome })),
    kept: kept.map(actionOf),
    done: outcomes.done,
    left_out: outcomes.left,
  };
}

const REFUSALS = [
  'plan_changed',
  'retention_cap',
  'clock_jumped',
  'resource_not_found',
  'invalid_argument',
] as const;

/** What the API says as a problem. @throws CommandError. */
function inWords(error: unknown): never {
  if (isRegistryError(error, 'plan_applied'))
    throw new CommandError(`the plan ${error.params.planId} was applied before.`);
  if (!REFUSALS.some((code) => isRegistryError(error, code))) throw error;
  const [first, ...others] = isRegistryError(error, 'plan_changed') ? error.params.differences : [];
  const which =
    first === undefined
      ? ''
      : ` ${first.modelName} version ${first.version}: ${first.now}${others.length === 0 ? '' : ` (and ${others.length} more)`}.`;
  const message = (error as RegistryError).message.replace(
    ' apply with "override_cap": true and a reason.',
    ' add --override-cap REASON.',
  );
  throw new CommandError(plainText(message + which));
}
