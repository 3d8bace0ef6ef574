import { listTaints } from '../../../operations/taint.ts';
import { endpoint } from '../endpoint.ts';
import { LIMIT, NEXT_PAGE_TOKEN, PAGE_TOKEN, SUCCESS } from '../fields.ts';
import { encodeKeyToken, parseKeyToken } from '../page-token.ts';
import { Type } from '../schema-builder.ts';
import { renderTaint, TAINT } from './fields.ts';

/** Each is looked up with all that depends on it. */
const DEFAULT_LIMIT = 20;
const LIST = 'taints';

export const listTaintsEndpoint = endpoint({
  method: 'GET',
  path: '/lineage/taints',
  operation: 'listTaints',
  permission: 'read-metadata',
  tag: 'Lineage',
  summary: 'Datasets that are marked as bad',
  description:
    'Newest first, each with the live versions that still depend on it; those that stand, or all. Who does not read all models sees those that one of theirs depends on.',
  query: Type.Object(
    {
      state: Type.Optional(
        Type.Unsafe<'standing' | 'all'>({ type: 'string', enum: ['standing', 'all'], default: 'standing' }),
      ),
      limit: Type.Optional(LIMIT),
      page_token: Type.Optional(PAGE_TOKEN),
    },
    { additionalProperties: false },
  ),
  answer: Type.Object({
    success: SUCCESS,
    taints: Type.Array(TAINT),
    next_page_token: Type.Optional(NEXT_PAGE_TOKEN),
  }),
  problems: [],
  async run(deps, actor, { query }) {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const { views, next } = await listTaints(deps, actor, {
      withLifted: query.state === 'all',
      before: query.page_token === undefined ? null : parseKeyToken(LIST, query.page_token),
      limit,
    });
    return {
      taints: views.map(renderTaint),
      ...(next !== null && { next_page_token: encodeKeyToken(LIST, next) }),
    };
  },
});
