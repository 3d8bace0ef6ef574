import { OPERATOR } from '../domain/actor.ts';
import type { AuditValues } from '../domain/audit-event.ts';
import { recordEvent } from './audit.ts';
import type { Deps } from './ports.ts';

const NEWEST = { before: null, limit: 1 };
const QUERY = {
  modelName: null,
  actorId: null,
  action: 'settings.change',
  sinceMs: null,
  untilMs: null,
} as const;

/** What governs while nobody has said anything else. */
const DEFAULTS: AuditValues = { require_approval_for_production: false };

/**
 * Writes down at the start of a server what its settings change of what governs (v1-api section 6), compared with what was
 * written down last.
 */
export async function recordSettings(deps: Deps): Promise<void> {
  const now: AuditValues = { require_approval_for_production: deps.governance.requireApproval };
  await deps.store.write(async (writer) => {
    const [last] = await writer.audit.search(QUERY, NEWEST);
    const before = last?.event.after ?? DEFAULTS;
    if (Object.entries(now).every(([name, value]) => before[name] === value)) return;
    await recordEvent(deps, writer, OPERATOR, {
      action: 'settings.change',
      object: { kind: 'settings', id: null },
      before,
      after: now,
    });
  });
}
