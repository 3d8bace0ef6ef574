import { REQUEST_STATES, type RequestState } from '../../../domain/transition-request.ts';
import { listTransitionRequests } from '../../../operations/transition-request-list.ts';
import { endpoint } from '../endpoint.ts';
import { LIMIT, MODEL_NAME, NEXT_PAGE_TOKEN, PAGE_TOKEN, SUCCESS } from '../fields.ts';
import { encodeKeyToken, parseKeyToken } from '../page-token.ts';
import { Type } from '../schema-builder.ts';
import { REQUEST, renderRequest } from './fields.ts';

const DEFAULT_LIMIT = 100;
const LIST = 'transition-requests';

export const listTransitionRequestsEndpoint = endpoint({
  method: 'GET',
  path: '/transition-requests',
  operation: 'listTransitionRequests',
  permission: 'read-metadata',
  tag: 'Governance',
  summary: 'Transition requests',
  description: 'Newest first, about models that the caller may read.',
  query: Type.Object(
    {
      model_name: Type.Optional(MODEL_NAME),
      state: Type.Optional(Type.Unsafe<RequestState>({ type: 'string', enum: [...REQUEST_STATES] })),
      mine: Type.Optional(Type.Boolean({ description: 'Only those that the caller asked for.' })),
      limit: Type.Optional(LIMIT),
      page_token: Type.Optional(PAGE_TOKEN),
    },
    { additionalProperties: false },
  ),
  answer: Type.Object({
    success: SUCCESS,
    requests: Type.Array(REQUEST),
    next_page_token: Type.Optional(NEXT_PAGE_TOKEN),
  }),
  problems: ['model_not_found'],
  async run(deps, actor, { query }) {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const found = await listTransitionRequests(deps, actor, {
      modelName: query.model_name ?? null,
      states: query.state === undefined ? null : [query.state],
      isMine: query.mine ?? false,
      before: query.page_token === undefined ? null : parseKeyToken(LIST, query.page_token),
      limit: limit + 1,
    });
    const page = found.slice(0, limit);
    const last = page.at(-1)?.request.requestId;
    return {
      requests: page.map(renderRequest),
      ...(found.length > limit && last !== undefined && { next_page_token: encodeKeyToken(LIST, last) }),
    };
  },
});
