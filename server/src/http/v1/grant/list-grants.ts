import { listGrants } from '../../../operations/grant.ts';
import { endpoint } from '../endpoint.ts';
import { LIMIT, NEXT_PAGE_TOKEN, PAGE_TOKEN, SUCCESS } from '../fields.ts';
import { encodeKeyToken, parseKeyToken } from '../page-token.ts';
import { Type } from '../schema-builder.ts';
import { GRANT, renderGrant } from './fields.ts';

const DEFAULT_LIMIT = 100;

export const listGrantsEndpoint = endpoint({
  method: 'GET',
  path: '/grants',
  operation: 'listGrants',
  permission: 'manage-access',
  tag: 'Access',
  summary: 'List grants',
  description: 'In the order in which they were given.',
  query: Type.Object(
    { limit: Type.Optional(LIMIT), page_token: Type.Optional(PAGE_TOKEN) },
    { additionalProperties: false },
  ),
  answer: Type.Object({
    success: SUCCESS,
    grants: Type.Array(GRANT),
    next_page_token: Type.Optional(NEXT_PAGE_TOKEN),
  }),
  problems: [],
  async run(deps, actor, { query }) {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const after = query.page_token === undefined ? null : parseKeyToken('grants', query.page_token);
    const found = await listGrants(deps, actor, { after, limit: limit + 1 });
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      grants: page.map(renderGrant),
      ...(found.length > limit && last && { next_page_token: encodeKeyToken('grants', last.grantId) }),
    };
  },
});
