import { invalidArgument } from '../../../domain/errors.ts';
import { parseSlot, type Slot, stageSlot } from '../../../domain/slot.ts';
import { getHoldersAt, listHistory, type Stay } from '../../../operations/history.ts';
import type { IntervalPlace } from '../../../operations/ports/slot.ts';
import { APPROVED, renderApproved } from '../approved.ts';
import { endpoint } from '../endpoint.ts';
import { LIMIT, MODEL_PARAMS, NEXT_PAGE_TOKEN, nullable, PAGE_TOKEN, SUCCESS, TIME } from '../fields.ts';
import { encodeKeyToken, parseKeyToken } from '../page-token.ts';
import { Type } from '../schema-builder.ts';
import { parseTime, renderTime } from '../time.ts';

const DEFAULT_LIMIT = 100;

const QUERY = Type.Object(
  {
    slot: Type.Optional(
      Type.String({
        description:
          '`stage:<stage>` or `alias:<alias>`. Unless given: every slot, or, with `at`, `stage:production`.',
      }),
    ),
    at: Type.Optional(
      Type.String({
        description: 'An instant with its zone, such as 2026-03-04T06:00:00Z, and not in the future.',
      }),
    ),
    model_id: Type.Optional(
      Type.String({
        description: 'Asks by identity, whatever the model was called.',
        minLength: 1,
        maxLength: 100,
      }),
    ),
    limit: Type.Optional(LIMIT),
    page_token: Type.Optional(PAGE_TOKEN),
  },
  { additionalProperties: false },
);

const STAY = Type.Object({
  slot: Type.String(),
  version: Type.Integer(),
  semantic_version: nullable(Type.String()),
  digest: nullable(Type.String()),
  from: nullable(TIME),
  to: nullable(
    Type.Unsafe<string | null>({
      ...TIME,
      description: 'The first instant at which it was not so any more; null: it is so.',
    }),
  ),
  actor: Type.String({ description: 'Display name.' }),
  actor_id: Type.String({ description: 'Stays for ever.' }),
  request_id: nullable(Type.String({ description: 'The transition request that was executed.' })),
  reason: nullable(Type.String()),
  forced: Type.Boolean(),
  origin: Type.Enum([
    'request',
    'direct',
    'forced',
    'rollback',
    'displaced',
    'retention',
    'outside',
    'adopted',
  ]),
});

const HELD = Type.Object({ ...STAY.properties, request: nullable(APPROVED) });

const ANSWER = Type.Object({
  success: SUCCESS,
  model_name: Type.String(),
  model_id: Type.String(),
  intervals: Type.Optional(Type.Array(STAY, { description: 'Newest first. Not with `at`.' })),
  slot: Type.Optional(Type.String()),
  at: Type.Optional(TIME),
  name_then: Type.Optional(
    nullable(Type.String({ description: 'What the model was called at that instant.' })),
  ),
  holder: Type.Optional(nullable(HELD)),
  holders: Type.Optional(Type.Array(HELD, { description: 'Who entered last first.' })),
  next_page_token: Type.Optional(NEXT_PAGE_TOKEN),
});

export const getHistoryEndpoint = endpoint({
  method: 'GET',
  path: '/models/:model_name/history',
  operation: 'getHistory',
  permission: 'read-metadata',
  tag: 'Versions',
  summary: 'Which version was where, and when',
  description:
    'Intervals `from <= t < to`, newest first; with `at`, who held the slot at that instant. The name means the model that has it now, with its whole past, also under earlier names; for instants before that model existed, or when nobody has the name now, the model that had the name then.',
  params: MODEL_PARAMS,
  query: QUERY,
  answer: ANSWER,
  problems: ['model_not_found'],
  model: 'params',
  async run(deps, actor, { params, query }) {
    const subject = { name: params.model_name, modelId: query.model_id ?? null };
    const slot = query.slot === undefined ? null : readSlot(query.slot);
    if (query.at !== undefined) {
      const asked = { slot: slot ?? stageSlot('production'), atMs: parseTime(query.at, 'at') };
      if (query.page_token !== undefined) throw invalidArgument('One instant has no pages.', 'page_token');
      const { model, nameThen, holders } = await getHoldersAt(deps, actor, { ...subject, ...asked });
      const rendered = holders.map(({ approved, ...stay }) => ({
        ...renderStay(stay),
        request: approved && renderApproved(approved),
      }));
      return {
        model_name: model.name,
        model_id: model.modelId,
        slot: asked.slot,
        at: renderTime(asked.atMs),
        name_then: nameThen,
        holder: rendered[0] ?? null,
        holders: rendered,
      };
    }
    const { model, stays, next } = await listHistory(deps, actor, {
      ...subject,
      slot,
      after: query.page_token === undefined ? null : readPlace(query.page_token),
      limit: query.limit ?? DEFAULT_LIMIT,
    });
    return {
      model_name: model.name,
      model_id: model.modelId,
      intervals: stays.map(renderStay),
      ...(next !== null && { next_page_token: encodeKeyToken('history', placeKey(next)) }),
    };
  },
});

function readSlot(text: string): Slot {
  const slot = parseSlot(text);
  if (slot === null)
    throw invalidArgument(
      `${JSON.stringify(text.slice(0, 100))} is no slot; it is stage:<stage>, such as stage:production, or alias:<alias>.`,
      'slot',
    );
  return slot;
}

function placeKey({ fromMs, version, slot }: IntervalPlace): string {
  return `${fromMs}/${version}/${slot}`;
}

function readPlace(token: string): IntervalPlace {
  const [, fromMs, version, slot] =
    /^(-?[0-9]{1,16})\/([0-9]{1,10})\/(.+)$/s.exec(parseKeyToken('history', token)) ?? [];
  const known = parseSlot(slot ?? '');
  if (fromMs === undefined || version === undefined || known === null)
    throw invalidArgument('The page token was not given by this list.', 'page_token');
  return { fromMs: Number(fromMs), version: Number(version), slot: known };
}

function renderStay(stay: Stay) {
  return {
    slot: stay.slot,
    version: stay.version,
    semantic_version: stay.semanticVersion,
    digest: stay.digest,
    from: renderTime(stay.fromMs),
    to: renderTime(stay.toMs),
    actor: stay.actorName,
    actor_id: stay.actor,
    request_id: stay.requestId,
    reason: stay.reason,
    forced: stay.forced,
    origin: stay.origin,
  };
}
