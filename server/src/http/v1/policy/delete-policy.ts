import { deletePolicy } from '../../../operations/policy.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { POLICY_PARAMS } from './fields.ts';

export const deletePolicyEndpoint = endpoint({
  method: 'DELETE',
  path: '/policies/:name',
  operation: 'deletePolicy',
  permission: 'manage-policy',
  tag: 'Governance',
  summary: 'Delete a policy',
  description: 'Not while models have it by name. Its revisions stay.',
  params: POLICY_PARAMS,
  answer: Type.Object({ success: SUCCESS }),
  problems: ['resource_not_found', 'resource_conflict'],
  async run(deps, actor, { params }) {
    await deletePolicy(deps, actor, params.name);
    return {};
  },
});
