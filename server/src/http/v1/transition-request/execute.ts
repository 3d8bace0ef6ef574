import { executeRequest } from '../../../operations/vote.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { REQUEST, REQUEST_PARAMS, renderRequest } from './fields.ts';

export const executeEndpoint = endpoint({
  method: 'POST',
  path: '/transition-requests/:id/execute',
  operation: 'executeTransitionRequest',
  permission: 'execute',
  tag: 'Governance',
  summary: 'Execute an approved request',
  description: 'Where the policy wants that by hand, or something held it up. Everything is judged again.',
  params: REQUEST_PARAMS,
  answer: Type.Object({ success: SUCCESS, request: REQUEST }),
  problems: [
    'resource_not_found',
    'request_not_open',
    'transition_not_allowed',
    'gate_failed',
    'version_not_sealed',
    'version_damaged',
    'version_tainted',
    'prerelease_not_allowed',
  ],
  run: async (deps, actor, { params }) => ({
    request: renderRequest(await executeRequest(deps, actor, params.id)),
  }),
});
