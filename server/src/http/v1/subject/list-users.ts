import { listSubjects } from '../../../operations/subject.ts';
import { endpoint } from '../endpoint.ts';
import { LIMIT, NEXT_PAGE_TOKEN, PAGE_TOKEN, SUCCESS } from '../fields.ts';
import { encodeKeyToken, parseKeyToken } from '../page-token.ts';
import { Type } from '../schema-builder.ts';
import { renderUser, USER } from './fields.ts';

const DEFAULT_LIMIT = 100;

export const listUsersEndpoint = endpoint({
  method: 'GET',
  path: '/users',
  operation: 'listUsers',
  permission: 'manage-access',
  tag: 'Access',
  summary: 'List users and service accounts',
  description: 'By name; the disabled ones, too.',
  query: Type.Object(
    { limit: Type.Optional(LIMIT), page_token: Type.Optional(PAGE_TOKEN) },
    { additionalProperties: false },
  ),
  answer: Type.Object({
    success: SUCCESS,
    users: Type.Array(USER),
    next_page_token: Type.Optional(NEXT_PAGE_TOKEN),
  }),
  problems: [],
  async run(deps, actor, { query }) {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const after = query.page_token === undefined ? null : parseKeyToken('users', query.page_token);
    const found = await listSubjects(deps, actor, { after, limit: limit + 1 });
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      users: page.map(renderUser),
      ...(found.length > limit && last && { next_page_token: encodeKeyToken('users', last.name) }),
    };
  },
});
