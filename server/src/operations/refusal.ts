import type { Actor } from '../domain/actor.ts';
import type { AuditClient, AuditEntry } from '../domain/audit-event.ts';
import type { RegistryError } from '../domain/errors.ts';
import { recordEvent } from './audit.ts';
import type { Deps } from './ports.ts';

/** A request that was answered with a refusal. */
export interface RefusedRequest {
  /** Null while nobody is known. */
  readonly actor: Actor | null;
  readonly client: AuditClient;
  /** The operation that was asked for. */
  readonly operation: string;
  readonly error: RegistryError;
}

/**
 * Writes down that somebody was refused, in a unit of work of its own: each that is known, and of those who are not
 * the first per address, reason and minute. Other errors are no refusals.
 */
export async function recordRefusal(
  deps: Deps,
  { actor, client, operation, error }: RefusedRequest,
): Promise<void> {
  const reason = error.code === 'too_many_attempts' ? 'Too many wrong passwords.' : error.message;
  const entry = {
    object: { kind: 'operation', id: null, name: operation },
    decision: 'denied',
    reason,
  } as const;
  switch (error.code) {
    case 'permission_denied':
      return record(deps, actor, { ...entry, action: 'access.denied', client });
    case 'unauthenticated':
    case 'too_many_attempts':
      if (deps.refusals.note({ address: client.address, reason }, deps.clock.now()))
        await record(deps, null, { ...entry, action: 'access.unauthenticated', client });
  }
}

/** Writes down how many were refused beyond the first of each minute that has ended. */
export async function recordCountedRefusals(deps: Deps, untilMs: number): Promise<void> {
  for (const { address, reason, count, sinceMs } of deps.refusals.take(untilMs))
    await record(deps, null, {
      action: 'access.unauthenticated',
      object: { kind: 'operation', id: null },
      decision: 'denied',
      reason,
      client: { address, userAgent: null, requestId: null },
      after: { count, since: new Date(sinceMs).toISOString() },
    });
}

async function record(deps: Deps, actor: Actor | null, entry: AuditEntry): Promise<void> {
  await deps.store.write((writer) => recordEvent(deps, writer, actor, entry));
}
