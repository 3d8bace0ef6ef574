import type { Periods } from '../../../domain/retention.ts';
import { getSchedule } from '../../../operations/retention-run.ts';
import { endpoint } from '../endpoint.ts';
import { nullable, SUCCESS, TIME } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { renderTime } from '../time.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

export const getRetentionEndpoint = endpoint({
  method: 'GET',
  path: '/retention',
  operation: 'getRetention',
  permission: 'signed-in',
  tag: 'Retention',
  summary: 'How long versions are kept',
  description: 'As the settings say; policies may say other times for their models (`retention`).',
  answer: Type.Object({
    success: SUCCESS,
    retention: Type.Object({
      days: Type.Object({
        development: Type.Number(),
        staging: Type.Number(),
        production: Type.Number(),
        archived: Type.Number(),
      }),
      purge: Type.Boolean({ description: 'Whether files are removed; else that is only planned.' }),
      grace_hours: Type.Number(),
      max_share: Type.Number(),
      next_run_at: nullable(TIME),
      last_run: nullable(
        Type.Object({
          at: TIME,
          plan_id: nullable(Type.String()),
          outcome: Type.Enum(['applied', 'capped', 'clock_jumped', 'failed']),
          message: Type.String(),
        }),
      ),
    }),
  }),
  problems: [],
  async run(deps) {
    const { periods, purge, graceMs, maxShare } = deps.retention;
    const schedule = await getSchedule(deps);
    const last = schedule?.lastRun ?? null;
    return {
      retention: {
        days: renderDays(periods),
        purge,
        grace_hours: graceMs / HOUR_MS,
        max_share: maxShare,
        next_run_at: schedule === null ? null : renderTime(schedule.nextRunAtMs),
        last_run: last && {
          at: renderTime(last.atMs),
          plan_id: last.planId,
          outcome: last.outcome,
          message: last.message,
        },
      },
    };
  },
});

function renderDays({ development, staging, production, archived }: Periods) {
  return {
    development: development / DAY_MS,
    staging: staging / DAY_MS,
    production: production / DAY_MS,
    archived: archived / DAY_MS,
  };
}
