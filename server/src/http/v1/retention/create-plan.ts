import { getPlan, makePlan } from '../../../operations/retention-plan.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { PLAN, renderPlan, SHOWN_ENTRIES } from './fields.ts';

export const createPlanEndpoint = endpoint({
  method: 'POST',
  path: '/retention/plans',
  operation: 'createRetentionPlan',
  permission: 'manage-policy',
  tag: 'Retention',
  summary: 'What retention would do now',
  description:
    'By an admin on all models. Looks at every version and changes nothing. The plan lives for 24 hours; two plans of the same state have the same digest.',
  status: 201,
  answer: Type.Object({ success: SUCCESS, plan: PLAN }),
  problems: ['clock_jumped'],
  async run(deps, actor) {
    const { planId } = await makePlan(deps, actor);
    return { plan: renderPlan(await getPlan(deps, actor, { planId, limit: SHOWN_ENTRIES })) };
  },
});
