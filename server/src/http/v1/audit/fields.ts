import { AUDIT_ACTIONS } from '../../../domain/audit-event.ts';
import type { KeptCheckpoint, KeptEvent } from '../../../operations/ports/audit.ts';
import { nullable, TIME } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { renderTime } from '../time.ts';

const TEXT = nullable(Type.String());
const VALUES = nullable(Type.Record(Type.String(), Type.Unsafe<unknown>({})));

export const EVENT = Type.Object({
  seq: nullable(
    Type.Integer({ description: 'The place in the log, from 0 without gaps; null for a moment.' }),
  ),
  id: Type.String(),
  time: TIME,
  workspace: Type.String(),
  actor: Type.Object({
    id: nullable(Type.String({ description: 'Null for whoever did not sign in.' })),
    kind: Type.String(),
    on_behalf_of: TEXT,
    token_id: TEXT,
  }),
  client: Type.Object({
    address: TEXT,
    user_agent: TEXT,
    request_id: TEXT,
    trace_id: Type.Optional(Type.String({ description: 'When requests are traced.' })),
  }),
  action: Type.Enum([...AUDIT_ACTIONS]),
  object: Type.Object({
    kind: Type.String(),
    id: TEXT,
    name: TEXT,
    version: nullable(Type.Integer()),
    digest: TEXT,
  }),
  decision: Type.Enum(['allowed', 'denied']),
  reason: TEXT,
  before: VALUES,
  after: VALUES,
  server: Type.String(),
});

export const CHECKPOINT = Type.Object({
  size: Type.Integer({ description: 'How many events it covers.' }),
  at: TIME,
  note: Type.String({ description: 'A signed note (c2sp.org/tlog-checkpoint).' }),
});

export const PUBLIC_KEY = Type.String({
  description: 'What verifies the notes: `<name>+<key id>+<base64>`.',
});

export function renderEvent({ seq, event }: KeptEvent) {
  return { seq, ...event };
}

export function renderCheckpointEntry({ size, atMs, note }: KeptCheckpoint) {
  return { size, at: renderTime(atMs), note };
}
