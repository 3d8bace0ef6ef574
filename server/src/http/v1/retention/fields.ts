import type { PlanEntry } from '../../../operations/ports/retention-plan.ts';
import { actionOf, type PlanView } from '../../../operations/retention-plan.ts';
import { MODEL_NAME, NEXT_PAGE_TOKEN, nullable, TIME } from '../fields.ts';
import { encodePageToken } from '../page-token.ts';
import { Type } from '../schema-builder.ts';
import { renderTime } from '../time.ts';

/** Entries of each list that stand in the plan itself. */
export const SHOWN_ENTRIES = 1_000;

export const PLAN_ID = Type.Object({ id: Type.String({ minLength: 1 }) }, { additionalProperties: false });

const ENTRY = {
  model_name: MODEL_NAME,
  version: Type.Integer(),
  reason: Type.String(),
  bytes: Type.Integer({ description: 'What it would free.' }),
};

export const ACTION = Type.Object({
  ...ENTRY,
  action: Type.Enum(['archive', 'purge']),
  outcome: nullable(
    Type.String({ description: '`done`; or why it was left out; null: nothing was done about it yet.' }),
  ),
});

export const KEPT = Type.Object({ ...ENTRY, action: Type.Literal('keep') });

export const PLAN = Type.Object({
  id: Type.String(),
  state: Type.Enum(['planned', 'applying', 'applied'], {
    description: '`applying`: it was begun, and is gone on with in the background.',
  }),
  digest: Type.String({
    description:
      '`sha256:` of the RFC 8785 form of all actions, in their order, each with `model_name`, `version`, `action`, `reason`, `bytes`.',
  }),
  made_by: Type.String(),
  made_at: TIME,
  actions: Type.Array(ACTION, {
    description: `By model, the oldest first, and version; the first ${SHOWN_ENTRIES}.`,
  }),
  actions_page_token: Type.Optional(NEXT_PAGE_TOKEN),
  kept: Type.Array(KEPT, {
    description: `Versions whose time has run out and that stay, each with the reason; the first ${SHOWN_ENTRIES}.`,
  }),
  kept_page_token: Type.Optional(NEXT_PAGE_TOKEN),
  totals: Type.Object({
    versions: Type.Integer({ description: 'All that were looked at.' }),
    bytes: Type.Integer({ description: 'Of all of them.' }),
    archive: Type.Integer(),
    purge: Type.Integer(),
    purge_bytes: Type.Integer(),
    kept: Type.Integer(),
    not_due: Type.Integer({ description: 'Those whose time has not come.' }),
  }),
  applied_by: nullable(Type.String()),
  applied_at: nullable(TIME),
  override_reason: nullable(Type.String({ description: 'Why the cap was passed.' })),
  done: Type.Integer({ description: 'Actions that are done.' }),
  left_out: Type.Integer({ description: 'Actions that are not done, and will not be; each says why.' }),
  waiting: Type.Integer({ description: 'Actions that are still to come, if the plan is applied.' }),
});

export function renderAction(entry: PlanEntry) {
  return { ...actionOf(entry), outcome: entry.outcome };
}

export function renderKept({ modelName, version, reason, bytes }: PlanEntry) {
  return { model_name: modelName, version, action: 'keep', reason, bytes };
}

export function renderPlan({ plan, actions, kept, outcomes, madeBy, appliedBy }: PlanView) {
  const totals = plan.totals;
  return {
    id: plan.planId,
    state: plan.state,
    digest: plan.digest,
    made_by: madeBy,
    made_at: renderTime(plan.madeAtMs),
    actions: actions.map(renderAction),
    ...nextOf('actions', actions),
    kept: kept.map(renderKept),
    ...nextOf('kept', kept),
    totals: {
      versions: totals?.versions,
      bytes: totals?.bytes,
      archive: totals?.archive,
      purge: totals?.purge,
      purge_bytes: totals?.purgeBytes,
      kept: totals?.kept,
      not_due: totals?.notDue,
    },
    applied_by: appliedBy,
    applied_at: plan.appliedAtMs === null ? null : renderTime(plan.appliedAtMs),
    override_reason: plan.overrideReason,
    done: outcomes.done,
    left_out: outcomes.left,
    waiting: outcomes.waiting,
  };
}

/** Where the rest of a list is asked for. */
function nextOf(list: 'actions' | 'kept', entries: readonly PlanEntry[]) {
  const last = entries.at(-1);
  if (last === undefined || entries.length < SHOWN_ENTRIES) return {};
  return { [`${list}_page_token`]: encodePageToken(list, last.position) };
}
