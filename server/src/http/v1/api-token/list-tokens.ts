import { listApiTokens } from '../../../operations/api-token.ts';
import { endpoint } from '../endpoint.ts';
import { LIMIT, NEXT_PAGE_TOKEN, PAGE_TOKEN, SUCCESS } from '../fields.ts';
import { encodePageToken, parsePageToken } from '../page-token.ts';
import { Type } from '../schema-builder.ts';
import { renderToken, TOKEN } from './fields.ts';

const DEFAULT_LIMIT = 100;

export const listTokensEndpoint = endpoint({
  method: 'GET',
  path: '/tokens',
  operation: 'listTokens',
  permission: 'signed-in',
  tag: 'Access',
  summary: 'List API tokens',
  description:
    'One’s own, or those of `user`: a service account that one owns; for an admin anybody. The newest first, without their secrets.',
  query: Type.Object(
    {
      user: Type.Optional(Type.String({ minLength: 1 })),
      limit: Type.Optional(LIMIT),
      page_token: Type.Optional(PAGE_TOKEN),
    },
    { additionalProperties: false },
  ),
  answer: Type.Object({
    success: SUCCESS,
    tokens: Type.Array(TOKEN),
    next_page_token: Type.Optional(NEXT_PAGE_TOKEN),
  }),
  problems: ['resource_not_found', 'resource_conflict'],
  async run(deps, actor, { query }) {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const offset = query.page_token === undefined ? 0 : parsePageToken('tokens', query.page_token);
    const page = { subjectId: query.user ?? null, offset, limit: limit + 1 };
    const found = await listApiTokens(deps, actor, page);
    return {
      tokens: found.slice(0, limit).map(renderToken),
      ...(found.length > limit && { next_page_token: encodePageToken('tokens', offset + limit) }),
    };
  },
});
