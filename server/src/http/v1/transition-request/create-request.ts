import { openTransitionRequest } from '../../../operations/transition-request-opening.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { REQUEST, renderRequest } from './fields.ts';
import { REQUEST_BODY, readRequestBody } from './target.ts';

export const createTransitionRequestEndpoint = endpoint({
  method: 'POST',
  path: '/transition-requests',
  operation: 'createTransitionRequest',
  permission: 'request-transition',
  tag: 'Governance',
  summary: 'Ask for a transition',
  description:
    'That a version enters a stage, or gets an alias that the policy protects; an alias that follows a stage is got by entering that. There is one open request for a version and a target: who asks again gets it (200) and joins its requesters. What wants no votes and no checks is executed at once.',
  status: 201,
  body: REQUEST_BODY,
  answer: Type.Object({ success: SUCCESS, request: REQUEST }),
  problems: [
    'model_not_found',
    'version_not_found',
    'version_deleted',
    'version_purged',
    'already_in_stage',
    'transition_not_allowed',
    'version_not_sealed',
    'version_damaged',
    'version_tainted',
    'prerelease_not_allowed',
    'gate_failed',
  ],
  model: 'body',
  async run(deps, actor, { body, exchange }) {
    const { view, isNew } = await openTransitionRequest(deps, actor, readRequestBody(body));
    if (!isNew) exchange.status = 200;
    return { request: renderRequest(view) };
  },
});
