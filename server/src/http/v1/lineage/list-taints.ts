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
  description: 'Newest first, each with the live versions that still depend on it; those that stand, or all.',
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
    const found = await listTaints(deps, actor, {
      withLifted: query.state === 'all',
      before: query.page_token === undefined ? null : parseKeyToken(LIST, query.page_token),
      limit: limit + 1,
    });
    const page = found.slice(0, limit);
    const last = page.at(-1)?.taint.taintId;
    return {
      taints: page.map(renderTaint),
      ...(found.length > limit && last !== undefined && { next_page_token: encodeKeyToken(LIST, last) }),
    };
  },
});
