import { withdrawRequest } from '../../../operations/vote.ts';
import { endpoint } from '../endpoint.ts';
import { DESCRIPTION, SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { REQUEST, REQUEST_PARAMS, renderRequest } from './fields.ts';

export const withdrawEndpoint = endpoint({
  method: 'POST',
  path: '/transition-requests/:id/withdraw',
  operation: 'withdrawTransitionRequest',
  permission: 'request-transition',
  tag: 'Governance',
  summary: 'Take a request back',
  description: 'By whoever asked for it, or an admin.',
  params: REQUEST_PARAMS,
  body: Type.Object({ reason: Type.Optional(DESCRIPTION) }, { additionalProperties: false }),
  answer: Type.Object({ success: SUCCESS, request: REQUEST }),
  problems: ['resource_not_found', 'request_not_open'],
  async run(deps, actor, { params, body }) {
    const input = { requestId: params.id, reason: body.reason ?? null };
    return { request: renderRequest(await withdrawRequest(deps, actor, input)) };
  },
});
