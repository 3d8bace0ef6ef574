import type { Stage } from './stage.ts';

/** The stages that have a time; a deprecated version counts as archived. */
const RETAINED_STAGES = ['development', 'staging', 'production', 'archived'] as const;
export type RetainedStage = (typeof RETAINED_STAGES)[number];

/** How long versions stay in each stage, in milliseconds. */
export type Periods = Readonly<Record<RetainedStage, number>>;

/** What a policy says of keeping versions, beside the settings of the server. */
export interface RetentionRule {
  /** Instead of those of the settings. */
  readonly periods: Partial<Periods>;
  /** So many of a model's newest versions stay. */
  readonly keepLast: number;
  /** So long after it left production a version stays where it is; null: the policy does not say. */
  readonly everInProductionMs: number | null;
  readonly tags: readonly TagPeriods[];
}

/**
 * What a tag makes of the periods. It only lengthens them: who may write tags must not be able to have something
 * taken away (DESIGN section 7, rule 3).
 */
export interface TagPeriods {
  readonly key: string;
  /** Null: any. */
  readonly value: string | null;
  readonly periods: Partial<Periods>;
}

/** What the time of a version is reckoned from. */
export interface Stay {
  readonly stage: Stage;
  /** When it entered the stage. */
  readonly enteredAtMs: number;
  /** The last change of stage, alias or tag, or fetching of a file. */
  readonly touchedAtMs: number;
}

export type RetentionAction = 'archive' | 'purge';

/** A version whose time has run out, and what that means. */
export interface Due {
  readonly action: RetentionAction | 'review';
  readonly stage: Stage;
  readonly sinceMs: number;
  readonly periodMs: number;
}

export const NO_RETENTION: RetentionRule = {
  periods: {},
  keepLast: 0,
  everInProductionMs: null,
  tags: [],
};

/** Who registers something and looks away for a moment does not lose it. */
export const NEWCOMER_MS = 3_600_000;
/** A change of a clock by more than this is not believed. */
export const CLOCK_JUMP_MS = 86_400_000;
const DAY_MS = 86_400_000;

/** Null: its time has not come. */
export function dueOf(
  { stage, enteredAtMs, touchedAtMs }: Stay,
  periods: Periods,
  nowMs: number,
): Due | null {
  const isLive = stage === 'production';
  // Whoever is served by it fetches it every day: here it is about how long it has been there.
  const sinceMs = isLive ? enteredAtMs : touchedAtMs;
  const periodMs = periods[stage === 'deprecated' ? 'archived' : stage];
  if (sinceMs + periodMs > nowMs) return null;
  return { action: isLive ? 'review' : actionIn(stage), stage, sinceMs, periodMs };
}

function actionIn(stage: Stage): RetentionAction {
  return stage === 'archived' || stage === 'deprecated' ? 'purge' : 'archive';
}

/** What holds for a version with such tags. */
export function periodsFor(
  settings: Periods,
  rule: Pick<RetentionRule, 'periods' | 'tags'>,
  tags: ReadonlyMap<string, string>,
): Periods {
  const periods = { ...settings, ...rule.periods };
  for (const { key, value, periods: longer } of rule.tags) {
    const given = tags.get(key);
    if (given === undefined || (value !== null && given !== value)) continue;
    for (const stage of RETAINED_STAGES) periods[stage] = Math.max(periods[stage], longer[stage] ?? 0);
  }
  return periods;
}

/** As a plan tells it. The same for the same state, whenever it is asked, so that equal plans are equal. */
export function dueText({ action, stage, sinceMs, periodMs }: Due): string {
  const since = new Date(sinceMs).toISOString();
  const days = Number((periodMs / DAY_MS).toFixed(2));
  const allowed = `${days} ${days === 1 ? 'day' : 'days'} allowed`;
  return action === 'review'
    ? `in ${stage} since ${since}; ${allowed}`
    : `${stage}, untouched since ${since}; ${allowed}`;
}

/** A version of which a plan says something that does not hold now. */
export interface PlanDifference {
  readonly modelName: string;
  readonly version: number;
  readonly planned: RetentionAction;
  readonly now: string;
}

/** How much of everything a run would take. */
export interface Taking {
  readonly versions: number;
  readonly allVersions: number;
  readonly bytes: number;
  readonly allBytes: number;
}

/** So few versions may always go. */
const ALWAYS_ALLOWED = 10;

/** Why a run takes too much; null: it does not. `maxShare` is from 0 to 1, of the versions and of their bytes. */
export function capText({ versions, allVersions, bytes, allBytes }: Taking, maxShare: number): string | null {
  if (versions <= ALWAYS_ALLOWED) return null;
  const most = `RETENTION_MAX_SHARE allows ${percent(maxShare)}`;
  if (versions > allVersions * maxShare)
    return `It would change ${versions} of ${allVersions} versions (${percent(versions / allVersions)}); ${most}.`;
  if (bytes > allBytes * maxShare)
    return `It would remove ${bytes} of ${allBytes} bytes (${percent(bytes / allBytes)}); ${most}.`;
  return null;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}
