import type { Comparison } from '../../../operations/comparison.ts';
import type { WholeComparison } from '../../../operations/version-comparison.ts';
import { APPROVED, renderApproved } from '../approved.ts';
import { MEASURE, nullable } from '../fields.ts';
import { GATE } from '../gate.ts';
import { toRecord } from '../json-answer.ts';
import { Type } from '../schema-builder.ts';
import { toMegabytes } from './render-version.ts';

const TEXT = nullable(Type.String());
const TEXT_DIFFERENCES = Type.Record(
  Type.String(),
  Type.Object({ v1: TEXT, v2: TEXT, changed: Type.Boolean() }),
);
const MEASURED = {
  v1: nullable(MEASURE),
  v2: nullable(MEASURE),
  diff: nullable(Type.Number({ description: 'v2 − v1, rounded to 12 significant digits.' })),
  pct_change: nullable(Type.Number({ description: 'Of |v1|, two decimals; null when v1 is 0.' })),
  direction: nullable(Type.Enum(['higher_is_better', 'lower_is_better'])),
  verdict: Type.Enum(['better', 'worse', 'same', 'changed', 'missing', 'not_comparable']),
};
const METRIC_DIFFERENCE = Type.Object({
  ...MEASURED,
  dataset: Type.Enum(['undeclared', 'same', 'different']),
});

/** Two versions side by side. */
export const COMPARISON_FIELDS = {
  version1: Type.Integer(),
  version2: Type.Integer(),
  metrics_diff: Type.Record(Type.String(), METRIC_DIFFERENCE),
  dataset_metrics_diff: Type.Array(
    Type.Object({
      metric: Type.String(),
      dataset: Type.String(),
      digest: Type.String(),
      ...MEASURED,
    }),
    {
      description:
        'Where the logged models name their data: each metric on each dataset, so that what was measured on the same compares.',
    },
  ),
  hyperparameters_diff: TEXT_DIFFERENCES,
  data_version_changed: Type.Boolean(),
  code_version_changed: Type.Boolean(),
  size_diff_mb: nullable(Type.Number()),
  tags_diff: TEXT_DIFFERENCES,
  signature_diff: Type.Object({
    compatibility: Type.Enum(['identical', 'backward_compatible', 'breaking', 'unknown']),
    changes: Type.Array(
      Type.Object({
        part: Type.Enum(['inputs', 'outputs', 'params']),
        field: Type.String({ description: 'Its name, or its place (`#0`).' }),
        change: Type.Enum(['added', 'removed', 'retyped', 'made_optional', 'made_required', 'new_default']),
        from: TEXT,
        to: TEXT,
        breaking: Type.Boolean(),
      }),
    ),
  }),
  files_diff: Type.Object({
    added: Type.Array(Type.String()),
    removed: Type.Array(Type.String()),
    changed: Type.Array(
      Type.Object({ path: Type.String(), v1: Type.String(), v2: Type.String(), size_diff: Type.Integer() }),
    ),
    renamed: Type.Array(Type.Object({ from: Type.String(), to: Type.String() })),
    unchanged_count: Type.Integer(),
  }),
  datasets_diff: Type.Array(Type.Object({ name: Type.String(), v1: TEXT, v2: TEXT })),
  verdict: Type.Object({
    outcome: Type.Enum(['better', 'worse', 'mixed', 'same', 'not_comparable']),
    reasons: Type.Array(Type.String()),
  }),
};

export function renderComparison(comparison: Comparison) {
  const { files } = comparison;
  return {
    version1: comparison.v1.version.version,
    version2: comparison.v2.version.version,
    metrics_diff: renderMetrics(comparison.metrics),
    dataset_metrics_diff: comparison.datasetMetrics.map(({ pctChange, ...metric }) => ({
      ...metric,
      pct_change: pctChange,
    })),
    hyperparameters_diff: toRecord(comparison.hyperparameters),
    data_version_changed: comparison.dataVersionChanged,
    code_version_changed: comparison.codeVersionChanged,
    size_diff_mb: toMegabytes(comparison.sizeDiffBytes),
    tags_diff: toRecord(comparison.tags),
    signature_diff: comparison.signature,
    files_diff: {
      added: files.added,
      removed: files.removed,
      changed: files.changed.map(({ sizeDiffBytes, ...file }) => ({ ...file, size_diff: sizeDiffBytes })),
      renamed: files.renamed,
      unchanged_count: files.unchangedCount,
    },
    datasets_diff: [...comparison.datasets].map(([name, { v1, v2 }]) => ({ name, v1, v2 })),
    verdict: comparison.verdict,
  };
}

/** The same with what takes more than the two versions to tell. */
export const WHOLE_COMPARISON_FIELDS = {
  ...COMPARISON_FIELDS,
  requirements_diff: Type.Array(Type.Object({ package: Type.String(), from: TEXT, to: TEXT }), {
    description:
      'Of the sealed requirements.txt, else conda.yaml; packages that differ. An empty text: any version.',
  }),
  gates: Type.Array(GATE, {
    description: 'Whether version 2 would pass into production, against who is there now.',
  }),
  days_in_production: Type.Object({ v1: Type.Number(), v2: Type.Number() }),
  approvals: Type.Object({ v1: Type.Array(APPROVED), v2: Type.Array(APPROVED) }),
};

export function renderWholeComparison(comparison: WholeComparison) {
  const { v1, v2 } = comparison.pasts;
  return {
    ...renderComparison(comparison),
    requirements_diff: comparison.requirements,
    gates: comparison.gates,
    days_in_production: { v1: v1.daysInProduction, v2: v2.daysInProduction },
    approvals: { v1: v1.approvals.map(renderApproved), v2: v2.approvals.map(renderApproved) },
  };
}

function renderMetrics(metrics: Comparison['metrics']) {
  return toRecord(
    [...metrics].map(([name, { pctChange, ...metric }]) => [name, { ...metric, pct_change: pctChange }]),
  );
}
