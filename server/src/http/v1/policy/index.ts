import type { Endpoint } from '../endpoint.ts';
import { assignPolicyEndpoint } from './assign-policy.ts';
import { deletePolicyEndpoint } from './delete-policy.ts';
import { getPolicyEndpoint } from './get-policy.ts';
import { getPolicySchemaEndpoint } from './get-schema.ts';
import { listPoliciesEndpoint } from './list-policies.ts';
import { listPolicyRevisionsEndpoint } from './list-revisions.ts';
import { putPolicyEndpoint } from './put-policy.ts';
import { simulatePolicyEndpoint } from './simulate-policy.ts';

export const policyEndpoints: readonly Endpoint[] = [
  listPoliciesEndpoint,
  getPolicySchemaEndpoint,
  getPolicyEndpoint,
  putPolicyEndpoint,
  deletePolicyEndpoint,
  listPolicyRevisionsEndpoint,
  simulatePolicyEndpoint,
  assignPolicyEndpoint,
];
