import type { PlanEntry, PlanList } from '../../../operations/ports/retention-plan.ts';
import { listPlanEntries } from '../../../operations/retention-plan.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { LIMIT, NEXT_PAGE_TOKEN, PAGE_TOKEN, SUCCESS } from '../fields.ts';
import { encodePageToken, parsePageToken } from '../page-token.ts';
import { Type } from '../schema-builder.ts';
import { ACTION, KEPT, PLAN_ID, renderAction, renderKept } from './fields.ts';

const DEFAULT_LIMIT = 100;

/** The two lists of a plan differ in what they hold. */
function listOf(
  list: PlanList,
  {
    operation,
    summary,
    entry,
    render,
  }: {
    readonly operation: string;
    readonly summary: string;
    readonly entry: typeof ACTION | typeof KEPT;
    readonly render: (one: PlanEntry) => object;
  },
): Endpoint {
  return endpoint({
    method: 'GET',
    path: `/retention/plans/:id/${list}`,
    operation,
    permission: 'manage-policy',
    tag: 'Retention',
    summary,
    description: 'In the order of the plan.',
    params: PLAN_ID,
    query: Type.Object(
      { limit: Type.Optional(LIMIT), page_token: Type.Optional(PAGE_TOKEN) },
      { additionalProperties: false },
    ),
    answer: Type.Object({
      success: SUCCESS,
      [list]: Type.Array(entry),
      next_page_token: Type.Optional(NEXT_PAGE_TOKEN),
    }),
    problems: ['resource_not_found'],
    async run(deps, actor, { params, query }) {
      const limit = query.limit ?? DEFAULT_LIMIT;
      const after = query.page_token === undefined ? 0 : parsePageToken(list, query.page_token);
      const found = await listPlanEntries(deps, actor, { planId: params.id, list, after, limit: limit + 1 });
      const page = found.slice(0, limit);
      const last = page.at(-1);
      return {
        [list]: page.map(render),
        ...(found.length > limit &&
          last !== undefined && { next_page_token: encodePageToken(list, last.position) }),
      };
    },
  });
}

export const listActionsEndpoint = listOf('actions', {
  operation: 'listRetentionActions',
  summary: 'What a plan would do',
  entry: ACTION,
  render: renderAction,
});

export const listKeptEndpoint = listOf('kept', {
  operation: 'listRetentionKept',
  summary: 'What a plan leaves, and why',
  entry: KEPT,
  render: renderKept,
});
