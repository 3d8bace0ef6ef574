import type { DatasetMetric, MetricDifference } from '../domain/metric-comparison.ts';
import { compareTexts } from '../domain/text-comparison.ts';
import type { ComparedVersion } from './compared-version.ts';
import { datasetsOf, tagsOf } from './comparison.ts';
import type { ComparedMany } from './version-comparison.ts';

type RowKind = 'metric' | 'dataset_metric' | 'hyperparameter' | 'fact' | 'tag' | 'dataset' | 'requirement';

/** One thing of all the versions. */
export interface MatrixRow {
  readonly kind: RowKind;
  readonly name: string;
  /** The base's; null: it has none. */
  readonly base: number | string | null;
  /** In the order of the candidates. */
  readonly values: readonly MatrixValue[];
}

export interface MatrixValue {
  readonly value: number | string | null;
  /** Against the base, of metrics: see `MetricDifference`. */
  readonly diff: number | null;
  readonly pctChange: number | null;
  readonly verdict: string;
}

/** All metrics and hyperparameters, equal ones too; of the rest what differs somewhere. */
export function matrixRows({ base, candidates }: ComparedMany): MatrixRow[] {
  const columns = candidates.map(({ versions: [, candidate] }) => candidate);
  const texts = (kind: RowKind, of: (version: ComparedVersion) => ReadonlyMap<string, string>) =>
    textRows(kind, of(base), columns.map(of));
  const isDifferent = ({ values }: MatrixRow) => values.some(({ verdict }) => verdict !== 'same');
  return [
    ...numberRows(
      'metric',
      base.view.metrics,
      candidates.map(({ metrics }) => metrics),
    ),
    ...numberRows(
      'dataset_metric',
      new Map(base.datasetMetrics.map((one) => [nameOnData(one), one.value])),
      candidates.map(({ datasetMetrics }) => new Map(datasetMetrics.map((one) => [nameOnData(one), one]))),
    ),
    ...texts('hyperparameter', ({ view }) => view.hyperparameters),
    ...texts('fact', factsOf).filter(isDifferent),
    ...texts('tag', ({ view }) => tagsOf(view)).filter(isDifferent),
    ...texts('dataset', ({ view }) => datasetsOf(view)).filter(isDifferent),
    ...texts('requirement', ({ requirements }) => requirements ?? new Map()).filter(isDifferent),
  ];
}

/** `recall on barn@d1`: one metric on one dataset. */
function nameOnData({
  metric,
  dataset,
  digest,
}: Pick<DatasetMetric, 'metric' | 'dataset' | 'digest'>): string {
  return `${metric} on ${dataset}@${digest}`;
}

function numberRows(
  kind: RowKind,
  base: ReadonlyMap<string, number>,
  others: readonly ReadonlyMap<string, Omit<MetricDifference, 'dataset'>>[],
): MatrixRow[] {
  const names = new Set([...base.keys(), ...others.flatMap((differences) => [...differences.keys()])]);
  return [...names].sort().map((name) => ({
    kind,
    name,
    base: base.get(name) ?? null,
    values: others.map((differences) => {
      // Neither the base nor this candidate has it.
      const { v2 = null, diff = null, pctChange = null, verdict = 'missing' } = differences.get(name) ?? {};
      return { value: v2, diff, pctChange, verdict };
    }),
  }));
}

function textRows(
  kind: RowKind,
  base: ReadonlyMap<string, string>,
  others: readonly ReadonlyMap<string, string>[],
): MatrixRow[] {
  const differences = others.map((other) => compareTexts(base, other));
  const names = new Set([...base.keys(), ...others.flatMap((other) => [...other.keys()])]);
  return [...names].sort().map((name) => ({
    kind,
    name,
    base: base.get(name) ?? null,
    values: differences.map((difference) => {
      const { v2 = null, changed = false } = difference.get(name) ?? {};
      return { value: v2, diff: null, pctChange: null, verdict: changed ? 'changed' : 'same' };
    }),
  }));
}

function factsOf({ view }: ComparedVersion): ReadonlyMap<string, string> {
  const { modelType, dataVersion, codeVersion } = view.facts;
  const facts: [string, string | null][] = [
    ['model_type', modelType],
    ['data_version', dataVersion],
    ['code_version', codeVersion],
  ];
  return new Map(facts.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])));
}
