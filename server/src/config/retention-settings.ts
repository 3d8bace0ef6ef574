import type { Setting } from './settings.ts';
import { parseDays, parseFlag, parseWhole } from './values.ts';

const MOST_HOURS = 24 * 365;

function days(stage: string, byDefault: string, meaning: string): Setting<number> {
  return {
    names: [`RETENTION_${stage}_DAYS`],
    default: byDefault,
    accepts: 'a whole number of days from 0 to 3650',
    meaning,
    parse: parseDays,
  };
}

function parseHours(text: string): number {
  const hours = parseWhole(text);
  if (hours > MOST_HOURS) throw new Error('out of range');
  return hours;
}

function parseShare(text: string): number {
  if (!/^(?:0|1|0?\.[0-9]{1,6}|1\.0{1,6})$/.test(text)) throw new Error('not a share');
  return Number(text);
}

const purge: Setting<boolean> = {
  names: ['RETENTION_PURGE'],
  default: 'false',
  accepts: 'true or false',
  meaning:
    'Whether the files of archived and deprecated versions are removed when their time has passed. false: that is only planned.',
  parse: parseFlag,
};
const graceHours: Setting<number> = {
  names: ['RETENTION_GRACE_HOURS'],
  default: '72',
  accepts: `a whole number of hours from 0 to ${MOST_HOURS}`,
  meaning:
    'How long a version that was marked for removal still stands; what comes to need it meanwhile keeps it.',
  parse: parseHours,
};
const maxShare: Setting<number> = {
  names: ['RETENTION_MAX_SHARE'],
  default: '0.2',
  accepts: 'a number from 0 to 1',
  meaning:
    'The greatest share of all versions, and of their bytes, that one run may take; ten versions are always allowed.',
  parse: parseShare,
};

/** How long versions are kept (docs/retention.md). */
export const RETENTION_SETTINGS = {
  retentionDevelopmentDays: days(
    'DEVELOPMENT',
    '30',
    'Untouched for so long in development, a version is archived.',
  ),
  retentionStagingDays: days('STAGING', '90', 'The same in staging.'),
  retentionProductionDays: days(
    'PRODUCTION',
    '365',
    'So long in production, a version is due for review. Time never takes it out of production.',
  ),
  retentionArchivedDays: days(
    'ARCHIVED',
    '1095',
    'Untouched for so long in archived or deprecated, the files of a version may be removed (RETENTION_PURGE).',
  ),
  retentionPurge: purge,
  retentionGraceHours: graceHours,
  retentionMaxShare: maxShare,
} as const;
