import { directionOf, type MetricDirection } from './metric-direction.ts';

/** What a metric was measured on: digests of the evaluation datasets, sorted and joined; null: nobody said. */
export type EvaluationData = string | null;

type MetricVerdict = 'better' | 'worse' | 'same' | 'changed' | 'missing' | 'not_comparable';

/** One metric of two versions; values may be NaN or infinite, and null where the version has none. */
export interface MetricDifference {
  readonly v1: number | null;
  readonly v2: number | null;
  /** v2 − v1 to 12 significant digits. */
  readonly diff: number | null;
  /** Of |v1|, two decimals; null when v1 is 0. */
  readonly pctChange: number | null;
  readonly direction: MetricDirection | null;
  readonly verdict: MetricVerdict;
  readonly dataset: 'undeclared' | 'same' | 'different';
}

export interface MeasuredVersion {
  readonly metrics: ReadonlyMap<string, number>;
  /** Digest of the dataset that a metric was measured on, where it says so itself. */
  readonly measuredOn: ReadonlyMap<string, string>;
  /** For metrics that do not. */
  readonly evaluatedOn: EvaluationData;
}

/** Which way metrics get better, where the policy says so. */
export type Directions = ReadonlyMap<string, MetricDirection>;

/** A metric as it was measured on one dataset. */
export interface DatasetMetric {
  readonly metric: string;
  readonly dataset: string;
  readonly digest: string;
  /** May be NaN. */
  readonly value: number;
}

/** The same measurement of two versions: one metric on one dataset. */
export interface DatasetMetricDifference extends Omit<MetricDifference, 'dataset'> {
  readonly metric: string;
  readonly dataset: string;
  readonly digest: string;
}

export type Outcome = 'better' | 'worse' | 'mixed' | 'same' | 'not_comparable';

/** All metrics of both versions by name, equal ones too (v1-api section 2, compare). */
export function compareMetrics(
  v1: MeasuredVersion,
  v2: MeasuredVersion,
  directions: Directions = new Map(),
): Map<string, MetricDifference> {
  const names = [...new Set([...v1.metrics.keys(), ...v2.metrics.keys()])].sort();
  return new Map(
    names.map((name) => [
      name,
      compareValues([v1.metrics.get(name) ?? null, v2.metrics.get(name) ?? null], {
        direction: directionOf(name, directions),
        dataset: compareData(dataOf(v1, name), dataOf(v2, name)),
      }),
    ]),
  );
}

/**
 * What was measured on the same data, whatever else was measured since: by metric, then dataset. A value that only one version
 * has is there, too.
 */
export function compareDatasetMetrics(
  v1: readonly DatasetMetric[],
  v2: readonly DatasetMetric[],
  directions: Directions = new Map(),
): DatasetMetricDifference[] {
  const keyOf = ({ metric, dataset, digest }: DatasetMetric) => JSON.stringify([metric, dataset, digest]);
  const [before, after] = [
    new Map(v1.map((one) => [keyOf(one), one])),
    new Map(v2.map((one) => [keyOf(one), one])),
  ];
  return [...new Map([...before, ...after])]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { metric, dataset, digest }]) => {
      const values = [before.get(key)?.value ?? null, after.get(key)?.value ?? null] as const;
      const direction = directionOf(metric, directions);
      const { dataset: _, ...difference } = compareValues(values, { direction, dataset: 'same' });
      return { metric, dataset, digest, ...difference };
    });
}

/** Rounds a difference of two numbers, so that 0.95 − 0.93 is 0.02. */
function difference(v1: number, v2: number): number {
  return Number((v2 - v1).toPrecision(12));
}

/** What the metrics say together, and why. */
export function judge(
  metrics: ReadonlyMap<string, MetricDifference>,
  [first, second]: readonly [number, number],
): { outcome: Outcome; reasons: string[] } {
  const reasons: string[] = [];
  const seen = new Set<MetricVerdict>();
  for (const [name, { verdict, v1, v2 }] of metrics) {
    seen.add(verdict);
    if (verdict === 'better' || verdict === 'worse')
      reasons.push(`${name} is ${verdict}: ${v1} became ${v2}`);
    if (verdict === 'not_comparable') reasons.push(`${name} was not measured on the same data`);
    if (verdict === 'changed')
      reasons.push(`${name} changed from ${v1} to ${v2}; which way is better is unknown`);
    if (verdict === 'missing') reasons.push(`${name} is missing in version ${v1 === null ? first : second}`);
  }
  if (seen.has('better') && seen.has('worse')) return { outcome: 'mixed', reasons };
  if (seen.has('better')) return { outcome: 'better', reasons };
  if (seen.has('worse')) return { outcome: 'worse', reasons };
  if (seen.size === 1 && seen.has('same')) return { outcome: 'same', reasons: ['every metric is equal'] };
  if (metrics.size === 0) return { outcome: 'not_comparable', reasons: ['neither version has metrics'] };
  return { outcome: 'not_comparable', reasons };
}

function dataOf({ measuredOn, evaluatedOn }: MeasuredVersion, name: string): EvaluationData {
  return measuredOn.get(name) ?? evaluatedOn;
}

function compareData(v1: EvaluationData, v2: EvaluationData): MetricDifference['dataset'] {
  if (v1 === null && v2 === null) return 'undeclared';
  return v1 === v2 ? 'same' : 'different';
}

function compareValues(
  [v1, v2]: readonly [number | null, number | null],
  { direction, dataset }: Pick<MetricDifference, 'direction' | 'dataset'>,
): MetricDifference {
  const known = { v1, v2, direction, dataset };
  if (v1 === null || v2 === null) return { ...known, diff: null, pctChange: null, verdict: 'missing' };
  const diff = difference(v1, v2);
  const pctChange = v1 === 0 ? null : finiteOrNull(Number(((diff / Math.abs(v1)) * 100).toFixed(2)));
  const verdict = dataset === 'different' ? 'not_comparable' : verdictOf(v1, v2, direction);
  return { ...known, diff: finiteOrNull(diff), pctChange, verdict };
}

function verdictOf(v1: number, v2: number, direction: MetricDirection | null): MetricVerdict {
  if (Object.is(v1, v2) || v1 === v2) return 'same';
  if (direction === null || Number.isNaN(v1) || Number.isNaN(v2)) return 'changed';
  return v2 > v1 === (direction === 'higher_is_better') ? 'better' : 'worse';
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
