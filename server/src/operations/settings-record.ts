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
const DEFAULTS: AuditValues = {
  require_approval_for_production: false,
  retention_development_days: 30,
  retention_staging_days: 90,
  retention_production_days: 365,
  retention_archived_days: 1095,
  retention_purge: false,
  retention_grace_hours: 72,
  retention_max_share: 0.2,
};
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Writes down at the start of a server what its settings change of what governs (v1-api section 6), compared with what was
 * written down last.
 */
export async function recordSettings(deps: Deps): Promise<void> {
  const now = settingsOf(deps);
  await deps.store.write(async (writer) => {
    const [last] = await writer.audit.search(QUERY, NEWEST);
    const before: AuditValues = { ...DEFAULTS, ...last?.event.after };
    if (Object.entries(now).every(([name, value]) => before[name] === value)) return;
    await recordEvent(deps, writer, OPERATOR, {
      action: 'settings.change',
      object: { kind: 'settings', id: null },
      before,
      after: now,
    });
  });
}

function settingsOf({ governance, retention }: Pick<Deps, 'governance' | 'retention'>): AuditValues {
  const { periods, purge, graceMs, maxShare } = retention;
  return {
    require_approval_for_production: governance.requireApproval,
    retention_development_days: periods.development / DAY_MS,
    retention_staging_days: periods.staging / DAY_MS,
    retention_production_days: periods.production / DAY_MS,
    retention_archived_days: periods.archived / DAY_MS,
    retention_purge: purge,
    retention_grace_hours: graceMs / HOUR_MS,
    retention_max_share: maxShare,
  };
}
