import { listPolicyRevisions } from '../../../operations/policy.ts';
import { endpoint } from '../endpoint.ts';
import { LIMIT, NEXT_PAGE_TOKEN, PAGE_TOKEN, SUCCESS } from '../fields.ts';
import { encodePageToken, parsePageToken } from '../page-token.ts';
import { Type } from '../schema-builder.ts';
import { POLICY, POLICY_PARAMS, renderPolicy } from './fields.ts';

const DEFAULT_LIMIT = 100;
const LIST = 'policy-revisions';

export const listPolicyRevisionsEndpoint = endpoint({
  method: 'GET',
  path: '/policies/:name/revisions',
  operation: 'listPolicyRevisions',
  permission: 'signed-in',
  tag: 'Governance',
  summary: 'What a policy said, and since when',
  description: 'Newest first; also of a policy that was deleted.',
  params: POLICY_PARAMS,
  query: Type.Object(
    { limit: Type.Optional(LIMIT), page_token: Type.Optional(PAGE_TOKEN) },
    { additionalProperties: false },
  ),
  answer: Type.Object({
    success: SUCCESS,
    revisions: Type.Array(POLICY),
    next_page_token: Type.Optional(NEXT_PAGE_TOKEN),
  }),
  problems: ['resource_not_found'],
  async run(deps, _actor, { params, query }) {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const before = query.page_token === undefined ? null : parsePageToken(LIST, query.page_token);
    const found = await listPolicyRevisions(deps, params.name, { before, limit: limit + 1 });
    const page = found.slice(0, limit);
    const last = page.at(-1)?.revision;
    return {
      revisions: page.map(renderPolicy),
      ...(found.length > limit && last !== undefined && { next_page_token: encodePageToken(LIST, last) }),
    };
  },
});
