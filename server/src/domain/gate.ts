import type { EvaluationData } from './metric-comparison.ts';
import { directionOf, type MetricDirection } from './metric-direction.ts';
import { meanScore, pairedDifference, unpairedSamples } from './paired-scores.ts';
import type { Gate, MetricGate, SignatureGate } from './policy.ts';
import { type Counted, differenceInterval, type Interval, isCounted } from './proportion.ts';
import { type ScoreColumns, type ScoreTable, scoreKey } from './score-table.ts';
import type { Signature } from './signature.ts';
import { compareSignatures, type SignatureDifference, signatureChangeText } from './signature-comparison.ts';

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
  /** Of its sealed files; null: they do not say. */
  readonly signature: Signature | null;
  /** Tables of scores, by `scoreKey`; absent: there is no such file, or nobody has read it yet. */
  readonly scores: ReadonlyMap<string, GatedScores>;
}

/** A table of scores as it was read. */
export interface GatedScores {
  /** Of the file. */
  readonly sha256: string;
  /** Whether it came after the version was registered. */
  readonly isLate: boolean;
  readonly table: ScoreTable;
}

type GateOutcome = 'passed' | 'failed' | 'missing' | 'late' | 'not_comparable';

/** A gate with its figures: all but `passed` holds the version up. */
export type GateResult = MetricGateResult | SignatureGateResult;

interface Judgement {
  readonly outcome: GateOutcome;
  /** What is so, and what is wanted. */
  readonly detail: string;
}

interface MetricFigures {
  readonly kind: 'metric';
  readonly metric: string;
  readonly value: number | null;
  /** Of whoever holds the stage that it is compared with. */
  readonly incumbent: { readonly version: number; readonly value: number | null } | null;
  /** value − incumbent's, to 12 significant digits. */
  readonly difference: number | null;
  /** Where the true difference lies; null: neither counts nor samples tell. */
  readonly interval: Interval | null;
  readonly direction: MetricDirection | null;
}
type MetricGateResult = MetricFigures & Judgement;

interface SignatureGateResult extends Judgement, SignatureDifference {
  readonly kind: 'signature';
  readonly incumbent: { readonly version: number } | null;
}

interface Gated {
  readonly candidate: GatedVersion;
  /** Null: nobody holds the stage, so that nothing can be worse than it. */
  readonly incumbent: GatedVersion | null;
  /** Which way metrics get better, where the policy says so. */
  readonly directions: ReadonlyMap<string, MetricDirection>;
}

/** Judges one gate. What cannot be judged has not passed. */
export function judgeGate(gate: Gate, gated: Gated): GateResult {
  return gate.kind === 'signature' ? judgeSignature(gate, gated) : judgeMetric(gate, gated);
}

function judgeSignature(gate: SignatureGate, { candidate, incumbent }: Gated): SignatureGateResult {
  const figures = { kind: 'signature', incumbent: incumbent && { version: incumbent.version } } as const;
  const difference = compareSignatures(incumbent?.signature ?? null, candidate.signature);
  const { compatibility, changes } = difference;
  if (incumbent === null)
    return { ...figures, ...difference, outcome: 'passed', detail: `nobody in ${gate.with} to compare with` };
  const whose = `version ${incumbent.version} in ${gate.with}`;
  if (compatibility === 'unknown') {
    const silent = candidate.signature === null ? `version ${candidate.version}` : whose;
    const detail = `the sealed files of ${silent} do not say what the model takes and gives`;
    return { ...figures, ...difference, outcome: 'not_comparable', detail };
  }
  const isFine = compatibility === 'identical' || gate.atLeast === compatibility;
  const breaking = changes.filter((change) => gate.atLeast === 'identical' || change.breaking);
  const detail = isFine
    ? `the signature is ${compatibility.replace('_', '-')} to that of ${whose}`
    : `the signature is not ${gate.atLeast.replace('_', '-')} to that of ${whose}: ${breaking.map(signatureChangeText).join('; ')}`;
  return { ...figures, ...difference, outcome: isFine ? 'passed' : 'failed', detail };
}

function judgeMetric(gate: MetricGate, { candidate, incumbent, directions }: Gated): MetricGateResult {
  const { metric } = gate;
  const value = measuredValue(gate, candidate);
  const direction = directionOf(metric, directions);
  const rival = gate.notWorseThan === null ? null : incumbent;
  const figures: MetricFigures = {
    kind: 'metric',
    metric,
    value,
    direction,
    incumbent: rival === null ? null : { version: rival.version, value: measuredValue(gate, rival) },
    difference: null,
    interval: null,
  };
  const refused = (outcome: GateOutcome, detail: string) => ({ ...figures, outcome, detail });
  if (value === null) return refused('missing', missingText(gate, candidate));
  const late = gate.late === 'refuse' ? lateSource(gate, candidate) : undefined;
  if (late !== undefined)
    return refused('late', `${late} was logged after version ${candidate.version} was registered`);
  if (Number.isNaN(value)) return refused('failed', `${metric} is NaN`);
  if (gate.atLeast !== null && value < gate.atLeast)
    return refused('failed', `${metric} is ${value}; at least ${gate.atLeast} is wanted`);
  if (gate.atMost !== null && value > gate.atMost)
    return refused('failed', `${metric} is ${value}; at most ${gate.atMost} is wanted`);
  if (rival === null) return { ...figures, outcome: 'passed', detail: passedDetail(gate, value) };
  return compare(gate, { figures: { ...figures, value }, candidate, rival });
}

function passedDetail({ metric, atLeast, atMost, notWorseThan }: MetricGate, value: number): string {
  const bounds = [
    ...(atLeast === null ? [] : [`at least ${atLeast}`]),
    ...(atMost === null ? [] : [`at most ${atMost}`]),
    ...(notWorseThan === null ? [] : [`nobody in ${notWorseThan} to compare with`]),
  ];
  return `${metric} is ${value} (${bounds.join(', ')})`;
}

/** The metrics that it is read from. */
function sourcesOf({ metric, counts }: MetricGate): readonly string[] {
  return counts === null ? [metric] : [counts.successes, counts.trials];
}

function lateSource(gate: MetricGate, candidate: GatedVersion): string | undefined {
  if (gate.samples !== null && scoresOf(gate, candidate)?.isLate === true) return gate.samples.path;
  return sourcesOf(gate).find((name) => candidate.late.has(name));
}

function missingText(gate: MetricGate, version: GatedVersion): string {
  const { metric, counts, samples } = gate;
  if (samples !== null) return `${metric} is not known: ${unscoredText(samples, version)}`;
  return counts === null
    ? `${metric} was not measured`
    : `${counts.successes} of ${counts.trials} was not counted, of which ${metric} is made`;
}

function unscoredText(samples: ScoreColumns, version: GatedVersion): string {
  const table = version.scores.get(scoreKey(samples))?.table;
  return table?.kind === 'unreadable'
    ? `${samples.path} cannot be used: ${table.why}`
    : `no ${samples.path} was read among the files of version ${version.version} or of its run`;
}

function scoresOf({ samples }: MetricGate, { scores }: GatedVersion): GatedScores | null {
  return samples === null ? null : (scores.get(scoreKey(samples)) ?? null);
}

function readableScores(gate: MetricGate, version: GatedVersion): ReadonlyMap<string, number> | null {
  const table = scoresOf(gate, version)?.table;
  return table?.kind === 'scores' ? table.scores : null;
}

function measuredValue(gate: MetricGate, version: GatedVersion): number | null {
  if (gate.samples !== null) {
    const scores = readableScores(gate, version);
    return scores === null ? null : Number(meanScore(scores).toPrecision(12));
  }
  if (gate.counts === null) return version.metrics.get(gate.metric) ?? null;
  const counted = countedOf(gate, version);
  return counted === null ? null : Number((counted.successes / counted.trials).toPrecision(12));
}

function countedOf({ counts }: MetricGate, { metrics }: GatedVersion): Counted | null {
  if (counts === null) return null;
  const { successes = Number.NaN, trials = Number.NaN } = {
    successes: metrics.get(counts.successes),
    trials: metrics.get(counts.trials),
  };
  return isCounted({ successes, trials }) ? { successes, trials } : null;
}

function compare(
  gate: MetricGate,
  {
    figures,
    candidate,
    rival,
  }: {
    readonly figures: MetricFigures & { readonly value: number };
    readonly candidate: GatedVersion;
    readonly rival: GatedVersion;
  },
): MetricGateResult {
  const { metric, value, direction } = figures;
  const its = measuredValue(gate, rival);
  const whose = `version ${rival.version} in ${gate.notWorseThan}`;
  const refused = (outcome: GateOutcome, detail: string) => ({ ...figures, outcome, detail });
  if (its === null || Number.isNaN(its))
    return refused(
      'not_comparable',
      gate.samples === null
        ? `${metric} is not known of ${whose}`
        : `${metric} is not known of ${whose}: ${unscoredText(gate.samples, rival)}`,
    );
  if (direction === null)
    return refused(
      'not_comparable',
      `which way ${metric} gets better is unknown; say it in the policy's "metrics"`,
    );
  const [source = metric] = sourcesOf(gate);
  const data = [dataOf(candidate, source), dataOf(rival, source)] as const;
  if (data[0] !== data[1])
    return refused('not_comparable', `${metric} was not measured on the same data as of ${whose}`);
  if (data[0] === null && gate.sameDataset === 'required')
    return refused(
      'not_comparable',
      `${metric} does not say which data it was measured on, and the same as of ${whose} is required`,
    );
  const scores = [readableScores(gate, candidate), readableScores(gate, rival)] as const;
  if (scores[0] !== null && scores[1] !== null)
    return compareScores(gate, { candidate, figures, direction, whose, scores: [scores[0], scores[1]] });
  const counted = [countedOf(gate, candidate), countedOf(gate, rival)] as const;
  if (counted[0] !== null && counted[1] !== null)
    return compareCounted(gate, { candidate, figures, direction, whose, counted: [counted[0], counted[1]] });
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

/** Few samples prove nothing, and the answer says so. */
function compareCounted(
  gate: MetricGate,
  { counted: [a, b], ...compared }: Compared & { readonly counted: readonly [Counted, Counted] },
): MetricGateResult {
  const difference = a.successes / a.trials - b.successes / b.trials;
  const interval = differenceInterval(a, b, gate.confidence);
  return judgeInterval(gate, { ...compared, difference, interval, areProportions: true });
}

/** Sample by sample, which tells much more than two means do. */
function compareScores(
  gate: MetricGate,
  {
    scores: [a, b],
    ...compared
  }: Compared & { readonly scores: readonly [ReadonlyMap<string, number>, ReadonlyMap<string, number>] },
): MetricGateResult {
  const unpaired = unpairedSamples(a, b);
  if (unpaired > 0) {
    const which = unpaired === 1 ? 'one sample' : `${unpaired} samples`;
    const are = unpaired === 1 ? 'is' : 'are';
    const detail = `${which} of ${gate.metric} ${are} only in the table of version ${compared.candidate.version} or of ${compared.whose}`;
    return { ...compared.figures, outcome: 'not_comparable', detail };
  }
  return judgeInterval(gate, { ...compared, ...pairedDifference(a, b, gate.confidence) });
}

interface Compared {
  readonly candidate: GatedVersion;
  readonly figures: MetricFigures;
  readonly direction: MetricDirection;
  readonly whose: string;
}

/** Not worse is what is surely not worse by more than is tolerated. */
function judgeInterval(
  gate: MetricGate,
  {
    figures,
    direction,
    whose,
    difference,
    interval,
    areProportions,
  }: Omit<Compared, 'candidate'> & {
    readonly difference: number;
    readonly interval: Interval;
    readonly areProportions: boolean;
  },
): MetricGateResult {
  const isHigherBetter = direction === 'higher_is_better';
  const [worst, best] = isHigherBetter ? [-interval.low, -interval.high] : [interval.high, interval.low];
  const { amount } = gate.tolerance;
  const unit = areProportions ? ' points' : '';
  const show = areProportions ? points : (value: number) => signed(Number(value.toPrecision(4)));
  const told = `${gate.metric}: ${show(difference)}${unit} against ${whose} (${Number((gate.confidence * 100).toPrecision(6))} % CI ${show(interval.low)}…${show(interval.high)})`;
  const isFine = Number(worst.toPrecision(12)) <= amount;
  const isWorse = best > amount;
  const verdict = isWorse ? 'which is worse' : 'which may be worse; more samples would tell';
  return {
    ...figures,
    difference: Number(difference.toPrecision(12)),
    interval,
    outcome: isFine ? 'passed' : 'failed',
    detail: isFine ? told : `${told}, ${verdict}; ${show(amount).slice(1)}${unit} are tolerated`,
  };
}

function points(share: number): string {
  const text = (share * 100).toFixed(1);
  return text.startsWith('-') ? `−${text.slice(1)}` : `+${text}`;
}

/** With a real minus. */
function signed(value: number): string {
  return value < 0 ? `−${-value}` : `+${value}`;
}

function dataOf({ measuredOn, evaluatedOn }: GatedVersion, metric: string): EvaluationData {
  return measuredOn.get(metric) ?? evaluatedOn;
}
