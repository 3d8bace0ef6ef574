import type { Role } from './actor.ts';
import type { MetricDirection } from './metric-direction.ts';
import type { Confidence } from './proportion.ts';
import type { ModelKind } from './registered-model.ts';
import type { RetentionRule } from './retention.ts';
import type { ScoreColumns } from './score-table.ts';
import { type Slot, stageOfSlot } from './slot.ts';
import type { Stage } from './stage.ts';

/** The rules for transitions of the models that it governs (v1-api section 3). Each edit makes another revision. */
export interface Policy {
  readonly name: string;
  readonly kind: ModelKind;
  /** Patterns of names, `*` any run of characters. */
  readonly models: readonly string[];
  readonly transitions: readonly TransitionRule[];
  /** Stages that hold one version at most, and where the one goes that is displaced. */
  readonly exclusive: ReadonlyMap<Stage, Stage>;
  /** By name in lower case. */
  readonly aliases: ReadonlyMap<string, AliasRule>;
  /** Which way metrics get better where their names do not say, or say the wrong thing. */
  readonly metrics: ReadonlyMap<string, MetricDirection>;
  readonly freeze: readonly FreezeWindow[];
  /** How long after it left production a version may come back at once; null: it may not. */
  readonly rollbackWindowMs: number | null;
  readonly retention: RetentionRule;
}

/** Whoever has the role on the model, or is in the group. */
export type Principal =
  | { readonly kind: 'role'; readonly role: Role }
  | { readonly kind: 'group'; readonly group: string };

/** So many people of these. */
export interface Approval {
  readonly required: number;
  readonly from: readonly Principal[];
}

/** Who has no vote, whatever their role. */
export type Excluded = 'author' | 'requester';

/** A fact that must be reported from outside. */
export interface CheckRule {
  readonly name: string;
  /** Names of users and service accounts; empty: anybody but the authors. */
  readonly from: readonly string[];
}

/** What we compute from the evidence. */
export type Gate = MetricGate | SignatureGate;

export interface MetricGate {
  readonly kind: 'metric';
  readonly metric: string;
  readonly atLeast: number | null;
  readonly atMost: number | null;
  /** The stage whose holder it is compared with; null: with none. */
  readonly notWorseThan: Stage | null;
  readonly tolerance: Tolerance;
  readonly sameDataset: 'required' | 'any';
  /** What is thought of metrics that were logged after registration. */
  readonly late: 'refuse' | 'accept';
  /** The metrics that a proportion is made of, so that chance is told from loss; null: the value is taken as it is. */
  readonly counts: { readonly successes: string; readonly trials: string } | null;
  /** The table of scores by sample that the metric is the mean of; null: there is none to look at. */
  readonly samples: ScoreColumns | null;
  /** That a proportion or mean is not worse must be this sure. */
  readonly confidence: Confidence;
}

/** Whoever calls the holder of the stage can call the version, too. */
export interface SignatureGate {
  readonly kind: 'signature';
  readonly atLeast: 'identical' | 'backward_compatible';
  readonly with: Stage;
}

/** How much worse is not worse: an amount, or a share of the incumbent's value. */
export interface Tolerance {
  readonly kind: 'absolute' | 'relative';
  readonly amount: number;
}

export interface TransitionRule {
  readonly from: readonly Stage[];
  readonly to: Stage;
  /** Who may ask for it. */
  readonly by: readonly Principal[];
  readonly sealed: boolean;
  readonly reasonRequired: boolean;
  readonly approvals: readonly Approval[];
  readonly exclude: readonly Excluded[];
  readonly checks: readonly CheckRule[];
  readonly gates: readonly Gate[];
  /** How long a version must have been in the stage that it leaves. */
  readonly soakMs: number | null;
  readonly expiresAfterMs: number | null;
  readonly execute: 'on_approval' | 'manual';
}

export type AliasRule =
  | { readonly kind: 'follows'; readonly stage: Stage }
  | {
      readonly kind: 'protected';
      readonly approvals: readonly Approval[];
      readonly exclude: readonly Excluded[];
    };

/** What a request collects before the change that it is about. */
export type RequestRule = Pick<
  TransitionRule,
  'approvals' | 'exclude' | 'checks' | 'gates' | 'expiresAfterMs' | 'execute'
>;

/** From `fromMs` until before `toMs` nothing enters these stages. */
export interface FreezeWindow {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stages: readonly Stage[];
  readonly reason: string | null;
}

/** The rule of a change; null: the policy knows no such change. The first that fits counts. */
export function ruleFor(policy: Pick<Policy, 'transitions'>, from: Stage, to: Stage): TransitionRule | null {
  return policy.transitions.find((rule) => rule.to === to && rule.from.includes(from)) ?? null;
}

/** The stage whose holder a gate compares with; null: with none. */
export function rivalStageOf(gate: Gate): Stage | null {
  return gate.kind === 'signature' ? gate.with : gate.notWorseThan;
}

/** All gates on the ways into a stage; none for null. */
export function gatesInto({ transitions }: Pick<Policy, 'transitions'>, to: Stage | null): readonly Gate[] {
  return transitions.flatMap((rule) => (rule.to === to ? rule.gates : []));
}

/** The tables of scores that gates read. */
export function scoresOf(gates: readonly Gate[]): readonly ScoreColumns[] {
  return gates.flatMap((gate) => (gate.kind === 'metric' && gate.samples !== null ? [gate.samples] : []));
}

/** The rule of pointing an alias somewhere by a request; null: no request is about it. */
export function aliasRuleFor(policy: Pick<Policy, 'aliases'>, alias: string): RequestRule | null {
  const rule = policy.aliases.get(alias.toLowerCase());
  if (rule?.kind !== 'protected') return null;
  const { approvals, exclude } = rule;
  return { approvals, exclude, checks: [], gates: [], expiresAfterMs: null, execute: 'on_approval' };
}

/** Whether only one version has room there: so says the policy of stages, and every alias is so. */
export function isExclusive({ exclusive }: Pick<Policy, 'exclusive'>, slot: Slot): boolean {
  const stage = stageOfSlot(slot);
  return stage === null || exclusive.has(stage);
}

/** Whether anybody's approval is wanted. */
export function wantsVotes({ approvals }: Pick<RequestRule, 'approvals'>): boolean {
  return approvals.some(({ required }) => required > 0);
}

/** Where the policy leads to from a stage, in the order of its rules. */
export function stagesAfter(policy: Pick<Policy, 'transitions'>, from: Stage): readonly Stage[] {
  return [...new Set(policy.transitions.filter((rule) => rule.from.includes(from)).map(({ to }) => to))];
}

/** From where the policy leads to a stage. */
export function stagesBefore(policy: Pick<Policy, 'transitions'>, to: Stage): readonly Stage[] {
  return [...new Set(policy.transitions.filter((rule) => rule.to === to).flatMap(({ from }) => from))];
}

/** The freeze that an instant lies in, for entering a stage. */
export function freezeAt(policy: Pick<Policy, 'freeze'>, stage: Stage, nowMs: number): FreezeWindow | null {
  const isOn = ({ fromMs, toMs, stages }: FreezeWindow) =>
    stages.includes(stage) && fromMs <= nowMs && nowMs < toMs;
  return policy.freeze.find(isOn) ?? null;
}
