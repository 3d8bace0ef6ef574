import { AUDIT_ACTIONS, type AuditAction } from '../../../domain/audit-event.ts';
import { invalidArgument } from '../../../domain/errors.ts';
import { searchEvents } from '../../../operations/audit-query.ts';
import type { AuditPosition } from '../../../operations/ports/audit.ts';
import { endpoint } from '../endpoint.ts';
import { LIMIT, NEXT_PAGE_TOKEN, PAGE_TOKEN, SUCCESS } from '../fields.ts';
import { encodeKeyToken, parseKeyToken } from '../page-token.ts';
import { Type } from '../schema-builder.ts';
import { parseTime } from '../time.ts';
import { EVENT, renderEvent } from './fields.ts';

const DEFAULT_LIMIT = 100;
const LIST = 'audit';

export const listEventsEndpoint = endpoint({
  method: 'GET',
  path: '/audit/events',
  operation: 'listAuditEvents',
  permission: 'read-audit',
  tag: 'Audit',
  summary: 'Search the audit log',
  description:
    'The newest first. An event is there with the change that it is about; its place follows within a second.',
  query: Type.Object(
    {
      model_name: Type.Optional(Type.String({ minLength: 1 })),
      actor: Type.Optional(Type.String({ minLength: 1, description: 'The id of a subject.' })),
      action: Type.Optional(Type.Unsafe<AuditAction>({ type: 'string', enum: [...AUDIT_ACTIONS] })),
      since: Type.Optional(Type.String({ description: 'RFC 3339; from then on.' })),
      until: Type.Optional(Type.String({ description: 'RFC 3339; before then.' })),
      limit: Type.Optional(LIMIT),
      page_token: Type.Optional(PAGE_TOKEN),
    },
    { additionalProperties: false },
  ),
  answer: Type.Object({
    success: SUCCESS,
    events: Type.Array(EVENT),
    next_page_token: Type.Optional(NEXT_PAGE_TOKEN),
  }),
  problems: [],
  async run(deps, actor, { query }) {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const found = await searchEvents(deps, actor, {
      modelName: query.model_name ?? null,
      actorId: query.actor ?? null,
      action: query.action ?? null,
      sinceMs: query.since === undefined ? null : parseTime(query.since, 'since'),
      untilMs: query.until === undefined ? null : parseTime(query.until, 'until'),
      before: query.page_token === undefined ? null : parsePosition(query.page_token),
      limit: limit + 1,
    });
    const page = found.slice(0, limit);
    const last = page.at(-1)?.event;
    return {
      events: page.map(renderEvent),
      ...(found.length > limit &&
        last && { next_page_token: encodeKeyToken(LIST, `${Date.parse(last.time)} ${last.id}`) }),
    };
  },
});

function parsePosition(token: string): AuditPosition {
  const [atMs, eventId, ...more] = parseKeyToken(LIST, token).split(' ');
  if (!/^[0-9]{1,15}$/.test(atMs ?? '') || eventId === undefined || more.length > 0)
    throw invalidArgument('The page token was not given by this list.', 'page_token');
  return { atMs: Number(atMs), eventId };
}
