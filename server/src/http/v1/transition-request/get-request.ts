import { getTransitionRequest } from '../../../operations/transition-request-view.ts';
import { endpoint } from '../endpoint.ts';
import { nullable, SUCCESS } from '../fields.ts';
import { COMPARISON_FIELDS, renderComparison } from '../model-version/render-comparison.ts';
import { Type } from '../schema-builder.ts';
import { renderTaintedBy, TAINTED_BY } from '../tainted-by.ts';
import { REQUEST, REQUEST_PARAMS, renderRequest } from './fields.ts';

const COMPARED_REQUEST = Type.Object({
  ...REQUEST.properties,
  comparison: nullable(
    Type.Object(COMPARISON_FIELDS, {
      description: 'Who is there now (v1) against what is asked for (v2); null: nobody is, or it has ended.',
    }),
  ),
  taints: Type.Array(TAINTED_BY, { description: 'Bad data that keep the version from production.' }),
});

export const getTransitionRequestEndpoint = endpoint({
  method: 'GET',
  path: '/transition-requests/:id',
  operation: 'getTransitionRequest',
  permission: 'read-metadata',
  tag: 'Governance',
  summary: 'One transition request',
  description:
    'With its votes, what is still missing, the gates with their figures, the comparison with who is there now, and what the caller can do about it.',
  params: REQUEST_PARAMS,
  answer: Type.Object({ success: SUCCESS, request: COMPARED_REQUEST }),
  problems: ['resource_not_found'],
  tagged: true,
  async run(deps, actor, { params }) {
    const view = await getTransitionRequest(deps, actor, params.id);
    const comparison = view.comparison && renderComparison(view.comparison);
    return { request: { ...renderRequest(view), comparison, taints: view.taints.map(renderTaintedBy) } };
  },
});
