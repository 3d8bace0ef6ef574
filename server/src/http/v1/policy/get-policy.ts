import { getPolicy } from '../../../operations/policy.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { POLICY, POLICY_PARAMS, renderPolicy } from './fields.ts';

export const getPolicyEndpoint = endpoint({
  method: 'GET',
  path: '/policies/:name',
  operation: 'getPolicy',
  permission: 'signed-in',
  tag: 'Governance',
  summary: 'A policy at its newest revision',
  description: 'Its ETag is what If-Match of the next PUT names.',
  params: POLICY_PARAMS,
  answer: Type.Object({ success: SUCCESS, policy: POLICY }),
  problems: ['resource_not_found'],
  tagged: true,
  run: async (deps, _actor, { params }) => ({ policy: renderPolicy(await getPolicy(deps, params.name)) }),
});
