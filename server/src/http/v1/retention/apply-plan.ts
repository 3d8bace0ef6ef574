import { invalidArgument } from '../../../domain/errors.ts';
import { applyPlan } from '../../../operations/retention-apply.ts';
import { getPlan } from '../../../operations/retention-plan.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { PLAN, PLAN_ID, renderPlan, SHOWN_ENTRIES } from './fields.ts';

export const applyPlanEndpoint = endpoint({
  method: 'POST',
  path: '/retention/plans/:id/apply',
  operation: 'applyRetentionPlan',
  permission: 'manage-policy',
  tag: 'Retention',
  summary: 'Do what a plan says',
  description:
    'Refused when anything that it would change is not what was planned any more, when it was applied before, and when it would take more than `RETENTION_MAX_SHARE` allows. The first thousand actions are done when the answer comes, the rest in the background. Versions to purge are left out while `RETENTION_PURGE` is false.',
  params: PLAN_ID,
  body: Type.Object(
    {
      digest: Type.String({ description: 'Of the plan that was read.' }),
      override_cap: Type.Optional(Type.Boolean({ description: 'Take more than the cap allows.' })),
      reason: Type.Optional(
        Type.String({ maxLength: 1_000, description: 'With `override_cap`: why, in 10 characters or more.' }),
      ),
    },
    { additionalProperties: false },
  ),
  answer: Type.Object({ success: SUCCESS, plan: PLAN }),
  problems: ['resource_not_found', 'plan_changed', 'plan_applied', 'retention_cap', 'clock_jumped'],
  async run(deps, actor, { params, body }) {
    const { digest, override_cap: passesCap = false, reason } = body;
    if (!passesCap && reason !== undefined)
      throw invalidArgument('A reason belongs to "override_cap": true.', '/reason');
    await applyPlan(deps, actor, {
      planId: params.id,
      digest,
      override: passesCap ? (reason ?? '') : null,
    });
    return { plan: renderPlan(await getPlan(deps, actor, { planId: params.id, limit: SHOWN_ENTRIES })) };
  },
});
