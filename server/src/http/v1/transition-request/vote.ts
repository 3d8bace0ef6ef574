import { voteOnRequest } from '../../../operations/vote.ts';
import { endpoint } from '../endpoint.ts';
import { DESCRIPTION, nullable, SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { REQUEST, REQUEST_PARAMS, renderRequest } from './fields.ts';

export const voteEndpoint = endpoint({
  method: 'POST',
  path: '/transition-requests/:id/votes',
  operation: 'voteOnTransitionRequest',
  permission: 'vote',
  tag: 'Governance',
  summary: 'Approve, reject, or abstain',
  description:
    'A vote names the digest of the files that it is about, and replaces the earlier one of the same person. One reject ends the request; the approval that was still missing executes it, unless its policy wants that by hand.',
  params: REQUEST_PARAMS,
  body: Type.Object(
    {
      decision: Type.Enum(['approve', 'reject', 'abstain']),
      comment: Type.Optional(DESCRIPTION),
      digest: Type.Optional(
        nullable(Type.String({ description: '`digest` of the request; null where that is null.' })),
      ),
    },
    { additionalProperties: false },
  ),
  answer: Type.Object({ success: SUCCESS, request: REQUEST }),
  problems: [
    'resource_not_found',
    'request_not_open',
    'not_eligible',
    'not_a_person',
    'digest_mismatch',
    'version_damaged',
    'version_tainted',
  ],
  async run(deps, actor, { params, body }) {
    const { decision, comment = null, digest = null } = body;
    return {
      request: renderRequest(
        await voteOnRequest(deps, actor, { requestId: params.id, decision, comment, digest }),
      ),
    };
  },
});
