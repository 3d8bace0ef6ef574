import { describe, expect, test } from 'vitest';
import { capText, dueOf, dueText, NO_RETENTION, type Periods, periodsFor } from './retention.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 2, 4, 6);
const PERIODS: Periods = {
  development: 30 * DAY,
  staging: 90 * DAY,
  production: 365 * DAY,
  archived: 1095 * DAY,
};

const stay = (
  stage: 'development' | 'staging' | 'production' | 'archived' | 'deprecated',
  daysAgo: number,
) => ({
  stage,
  enteredAtMs: NOW - daysAgo * DAY,
  touchedAtMs: NOW - daysAgo * DAY,
});

describe('the time of a version', () => {
  test.each([
    ['development', 30, 'archive'],
    ['staging', 90, 'archive'],
    ['archived', 1095, 'purge'],
    ['deprecated', 1095, 'purge'],
    ['production', 365, 'review'],
  ] as const)('%s runs out after %s days, to the millisecond: %s', (stage, days, action) => {
    expect(dueOf(stay(stage, days), PERIODS, NOW - 1)).toBeNull();
    expect(dueOf(stay(stage, days), PERIODS, NOW)?.action).toBe(action);
  });

  test('begins again with each touch, but not in production', () => {
    const touched = { touchedAtMs: NOW - DAY };
    expect(dueOf({ ...stay('staging', 400), ...touched }, PERIODS, NOW)).toBeNull();
    expect(dueOf({ ...stay('production', 400), ...touched }, PERIODS, NOW)?.action).toBe('review');
  });

  test('is told the same whenever it is asked', () => {
    const due = dueOf(stay('staging', 91), PERIODS, NOW);
    expect(due && dueText(due)).toBe('staging, untouched since 2025-12-03T06:00:00.000Z; 90 days allowed');
    const review = dueOf(stay('production', 366), PERIODS, NOW);
    expect(review && dueText(review)).toBe('in production since 2025-03-03T06:00:00.000Z; 365 days allowed');
  });
});

describe('periods', () => {
  test('of a policy stand before those of the settings, where it has them', () => {
    const rule = { ...NO_RETENTION, periods: { staging: DAY } };
    expect(periodsFor(PERIODS, rule, new Map())).toEqual({ ...PERIODS, staging: DAY });
  });

  test('are lengthened by tags and never shortened', () => {
    const rule = {
      ...NO_RETENTION,
      tags: [
        { key: 'purpose', value: 'audit', periods: { development: 500 * DAY, staging: DAY } },
        { key: 'keep', value: null, periods: { archived: 2000 * DAY } },
      ],
    };
    expect(periodsFor(PERIODS, rule, new Map([['purpose', 'other']]))).toEqual(PERIODS);
    const tags = new Map([
      ['purpose', 'audit'],
      ['keep', ''],
    ]);
    expect(periodsFor(PERIODS, rule, tags)).toEqual({
      ...PERIODS,
      development: 500 * DAY,
      archived: 2000 * DAY,
    });
  });
});

describe('the cap', () => {
  const taking = (versions: number, bytes = 0) => ({ versions, allVersions: 100, bytes, allBytes: 1000 });

  test('never stops ten versions, whatever their share', () => {
    expect(capText({ versions: 10, allVersions: 10, bytes: 5, allBytes: 5 }, 0)).toBeNull();
  });

  test('is of versions, and of bytes', () => {
    expect(capText(taking(20, 200), 0.2)).toBeNull();
    expect(capText(taking(21), 0.2)).toBe(
      'It would change 21 of 100 versions (21 %); RETENTION_MAX_SHARE allows 20 %.',
    );
    expect(capText(taking(20, 201), 0.2)).toBe(
      'It would remove 201 of 1000 bytes (20.1 %); RETENTION_MAX_SHARE allows 20 %.',
    );
  });
});
