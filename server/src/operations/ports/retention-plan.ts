import type { RetentionAction } from '../../domain/retention.ts';
import type { VersionKey } from './retention.ts';

/** `making`: entries still come. `applying`: it was begun, and may be gone on with. */
export type PlanState = 'making' | 'planned' | 'applying' | 'applied';

/** Versions and bytes. `notDue`: those whose time has not come. */
export interface PlanTotals {
  readonly versions: number;
  readonly bytes: number;
  readonly archive: number;
  readonly purge: number;
  readonly purgeBytes: number;
  readonly kept: number;
  readonly notDue: number;
}

export interface RetentionPlan {
  readonly planId: string;
  readonly state: PlanState;
  /** Subject id. */
  readonly madeBy: string;
  readonly madeAtMs: number;
  /** `sha256:` and 64 hex digits; null while it is being made, as the totals. */
  readonly digest: string | null;
  readonly totals: PlanTotals | null;
  readonly appliedBy: string | null;
  readonly appliedAtMs: number | null;
  /** Why the cap was passed. */
  readonly overrideReason: string | null;
  /** The last action that was dealt with; 0: none. */
  readonly appliedThrough: number;
}

/** What a plan says of one version. */
export interface PlanEntry extends VersionKey {
  /** In its list, from 1. */
  readonly position: number;
  readonly modelName: string;
  readonly action: RetentionAction | 'keep';
  readonly reason: string;
  readonly bytes: number;
  /** What became of an action: `done`, or why it was left out; null: nothing yet. */
  readonly outcome: string | null;
}

export type PlanList = 'actions' | 'kept';

/** The last run of a server by itself, as it is shown. */
export interface LastRun {
  readonly atMs: number;
  readonly planId: string | null;
  readonly outcome: 'applied' | 'capped' | 'clock_jumped' | 'failed';
  readonly message: string;
}

export interface Schedule {
  readonly nextRunAtMs: number;
  readonly lastRun: LastRun | null;
}

export interface RetentionPlanReader {
  find(planId: string): Promise<RetentionPlan | null>;
  /** By position. */
  listEntries(
    planId: string,
    list: PlanList,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly PlanEntry[]>;
  /** How many actions ended how. */
  countOutcomes(
    planId: string,
  ): Promise<{ readonly done: number; readonly left: number; readonly waiting: number }>;
  findSchedule(): Promise<Schedule | null>;
  /** The oldest that was begun and is not at its end. */
  findApplying(): Promise<RetentionPlan | null>;
  /** Plans that were made before, oldest first. */
  listMadeBefore(atMs: number, limit: number): Promise<readonly RetentionPlan[]>;
}

export interface RetentionPlanWriter extends RetentionPlanReader {
  insert(plan: Pick<RetentionPlan, 'planId' | 'madeBy' | 'madeAtMs'>): Promise<void>;
  addEntries(planId: string, list: PlanList, entries: readonly Omit<PlanEntry, 'outcome'>[]): Promise<void>;
  finish(planId: string, made: { readonly digest: string; readonly totals: PlanTotals }): Promise<void>;
  /** From `planned` to `applying`. False: it is not `planned` any more. */
  begin(
    planId: string,
    by: { readonly subjectId: string; readonly atMs: number; readonly overrideReason: string | null },
  ): Promise<boolean>;
  setOutcomes(planId: string, outcomes: ReadonlyMap<number, string>): Promise<void>;
  setAppliedThrough(planId: string, position: number): Promise<void>;
  end(planId: string): Promise<void>;
  /** Removes entries, at most so many; how many there were. */
  removeEntries(planId: string, limit: number): Promise<number>;
  remove(planId: string): Promise<void>;
  /** Takes the turn when it has come: sets the next one. False: somebody else did, or it has not. */
  takeTurn(turn: { readonly nowMs: number; readonly nextRunAtMs: number }): Promise<boolean>;
  setLastRun(run: LastRun): Promise<void>;
  /** Makes the schedule where there is none. */
  schedule(nextRunAtMs: number): Promise<void>;
}
