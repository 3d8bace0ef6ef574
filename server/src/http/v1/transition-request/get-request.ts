import { getTransitionRequest } from '../../../operations/transition-request-view.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { REQUEST, REQUEST_PARAMS, renderRequest } from './fields.ts';

export const getTransitionRequestEndpoint = endpoint({
  method: 'GET',
  path: '/transition-requests/:id',
  operation: 'getTransitionRequest',
  permission: 'read-metadata',
  tag: 'Governance',
  summary: 'One transition request',
  description:
    'With its votes, what is still missing, the gates with their figures, and what the caller can do about it.',
  params: REQUEST_PARAMS,
  answer: Type.Object({ success: SUCCESS, request: REQUEST }),
  problems: ['resource_not_found'],
  tagged: true,
  run: async (deps, actor, { params }) => ({
    request: renderRequest(await getTransitionRequest(deps, actor, params.id)),
  }),
});
