import type { Actor } from '../domain/actor.ts';
import { type AuditEntry, auditEvent } from '../domain/audit-event.ts';
import type { Deps, Writer } from './ports.ts';

/** What it takes to write an event. */
export type AuditDeps = Pick<Deps, 'clock' | 'ids' | 'serverId'>;

/**
 * Writes down what happens in the unit of work that makes it happen: when it cannot be written, nothing happens.
 * `actor` is null for whoever did not sign in.
 */
export async function recordEvent(
  deps: AuditDeps,
  writer: Pick<Writer, 'audit'>,
  actor: Actor | null,
  entry: AuditEntry,
): Promise<void> {
  const nowMs = deps.clock.now();
  const context = { id: deps.ids.uuid(), nowMs, workspace: 'default', serverId: deps.serverId };
  await writer.audit.append({ ...auditEvent(actor, entry, context), atMs: nowMs });
}
