import { listPolicies } from '../../../operations/policy.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { POLICY, renderPolicy } from './fields.ts';

export const listPoliciesEndpoint = endpoint({
  method: 'GET',
  path: '/policies',
  operation: 'listPolicies',
  permission: 'signed-in',
  tag: 'Governance',
  summary: 'All policies',
  description: 'Built-in ones first, the others by name, each at its newest revision.',
  answer: Type.Object({ success: SUCCESS, policies: Type.Array(POLICY) }),
  problems: [],
  run: async (deps) => ({ policies: (await listPolicies(deps)).map(renderPolicy) }),
});
