import type { EvaluationData } from './metric-comparison.ts';
import { type MetricDirection, metricDirection } from './metric-direction.ts';
import type { Gate } from './policy.ts';

/** A version as gates see it: from the snapshot that was made when the request was opened. */
export interface GatedVersion {
  readonly version: number;
  readonly metrics: ReadonlyMap<string, number>;
  /** Digest of the dataset that a metric was measured on, where it says so itself. */
  readonly measuredOn: ReadonlyMap<string, string>;
  /** For metrics that do not. */
  readonly evaluatedOn: EvaluationData;
  /** Metrics that were logged after the version was registered. */
  readonly late: ReadonlySet<string>;
}

type GateOutcome = 'passed' | 'failed' | 'missing' | 'late' | 'not_comparable';

/** A gate with its figures: all but `passed` holds the version up. */
export interface GateResult {
  readonly metric: string;
  readonly outcome: GateOutcome;
  /** What is so, and what is wanted. */
  readonly detail: string;
  readonly value: number | null;
  /** Of whoever holds the stage that it is compared with. */
  readonly incumbent: { readonly version: number; readonly value: number | null } | null;
  /** value − incumbent's, to 12 significant digits. */
  readonly difference: number | null;
  readonly direction: MetricDirection | null;
}

interface Gated {
  readonly candidate: GatedVersion;
  /** Null: nobody holds the stage, so that nothing can be worse than it. */
  readonly incumbent: GatedVersion | null;
  /** Which way metrics get better, where the policy says so. */
  readonly directions: ReadonlyMap<string, MetricDirection>;
}

/** Judges one gate. What cannot be judged has not passed. */
export function judgeGate(gate: Gate, { candidate, incumbent, directions }: Gated): GateResult {
  const { metric } = gate;
  const value = candidate.metrics.get(metric) ?? null;
  const direction = directions.get(metric) ?? metricDirection(metric);
  const rival = gate.notWorseThan === null ? null : incumbent;
  const figures = {
    metric,
    value,
    direction,
    incumbent: rival === null ? null : { version: rival.version, value: rival.metrics.get(metric) ?? null },
    difference: null,
  };
  const refused = (outcome: GateOutcome, detail: string): GateResult => ({ ...figures, outcome, detail });
  if (value === null) return refused('missing', `${metric} was not measured`);
  if (gate.late === 'refuse' && candidate.late.has(metric))
    return refused('late', `${metric} was logged after version ${candidate.version} was registered`);
  if (Number.isNaN(value)) return refused('failed', `${metric} is NaN`);
  if (gate.atLeast !== null && value < gate.atLeast)
    return refused('failed', `${metric} is ${value}; at least ${gate.atLeast} is wanted`);
  if (gate.atMost !== null && value > gate.atMost)
    return refused('failed', `${metric} is ${value}; at most ${gate.atMost} is wanted`);
  if (rival === null) return { ...figures, outcome: 'passed', detail: passedDetail(gate, value) };
  return compare(gate, { figures: { ...figures, value }, candidate, rival });
}

function passedDetail({ metric, atLeast, atMost, notWorseThan }: Gate, value: number): string {
  const bounds = [
    ...(atLeast === null ? [] : [`at least ${atLeast}`]),
    ...(atMost === null ? [] : [`at most ${atMost}`]),
    ...(notWorseThan === null ? [] : [`nobody in ${notWorseThan} to compare with`]),
  ];
  return `${metric} is ${value} (${bounds.join(', ')})`;
}

function compare(
  gate: Gate,
  {
    figures,
    candidate,
    rival,
  }: {
    readonly figures: Omit<GateResult, 'outcome' | 'detail'> & { readonly value: number };
    readonly candidate: GatedVersion;
    readonly rival: GatedVersion;
  },
): GateResult {
  const { metric, value, direction } = figures;
  const its = rival.metrics.get(metric) ?? null;
  const whose = `version ${rival.version} in ${gate.notWorseThan}`;
  const refused = (outcome: GateOutcome, detail: string): GateResult => ({ ...figures, outcome, detail });
  if (its === null || Number.isNaN(its))
    return refused('not_comparable', `${metric} is not known of ${whose}`);
  if (direction === null)
    return refused(
      'not_comparable',
      `which way ${metric} gets better is unknown; say it in the policy's "metrics"`,
    );
  const data = [dataOf(candidate, metric), dataOf(rival, metric)] as const;
  if (data[0] !== data[1])
    return refused('not_comparable', `${metric} was not measured on the same data as of ${whose}`);
  if (data[0] === null && gate.sameDataset === 'required')
    return refused(
      'not_comparable',
      `${metric} does not say which data it was measured on, and the same as of ${whose} is required`,
    );
  const difference = Number((value - its).toPrecision(12));
  const loss = direction === 'higher_is_better' ? -difference : difference;
  const { kind, amount } = gate.tolerance;
  const tolerated = kind === 'absolute' ? amount : Math.abs(its) * amount;
  const told = `${metric} is ${value}, ${its} of ${whose}: ${signed(difference)}`;
  // Of equal infinities nothing is worse.
  const isWorse = value !== its && !(Number((loss - tolerated).toPrecision(12)) <= 0);
  return {
    ...figures,
    difference: Number.isFinite(difference) ? difference : null,
    outcome: isWorse ? 'failed' : 'passed',
    detail: isWorse
      ? `${told}, which is worse; ${kind === 'absolute' ? amount : `${Number((amount * 100).toPrecision(6))}%`} is tolerated`
      : told,
  };
}

/** With a real minus. */
function signed(value: number): string {
  return value < 0 ? `−${-value}` : `+${value}`;
}

function dataOf({ measuredOn, evaluatedOn }: GatedVersion, metric: string): EvaluationData {
  return measuredOn.get(metric) ?? evaluatedOn;
}
