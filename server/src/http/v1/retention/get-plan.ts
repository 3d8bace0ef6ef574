import { getPlan } from '../../../operations/retention-plan.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { PLAN, PLAN_ID, renderPlan, SHOWN_ENTRIES } from './fields.ts';

export const getPlanEndpoint = endpoint({
  method: 'GET',
  path: '/retention/plans/:id',
  operation: 'getRetentionPlan',
  permission: 'manage-policy',
  tag: 'Retention',
  summary: 'A plan, and what came of it',
  description: 'One that was applied is kept for 30 days, any other for 24 hours.',
  params: PLAN_ID,
  answer: Type.Object({ success: SUCCESS, plan: PLAN }),
  problems: ['resource_not_found'],
  async run(deps, actor, { params }) {
    return { plan: renderPlan(await getPlan(deps, actor, { planId: params.id, limit: SHOWN_ENTRIES })) };
  },
});
