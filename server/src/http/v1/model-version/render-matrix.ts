import { renderSemanticVersion } from '../../../domain/semantic-version.ts';
import type { ComparedVersion } from '../../../operations/compared-version.ts';
import { matrixRows } from '../../../operations/comparison-matrix.ts';
import type { ComparedMany, WholeComparison } from '../../../operations/version-comparison.ts';
import { APPROVED, renderApproved } from '../approved.ts';
import { MEASURE, nullable, STAGE } from '../fields.ts';
import { GATE } from '../gate.ts';
import { Type } from '../schema-builder.ts';
import { COMPARISON_FIELDS } from './render-comparison.ts';
import { toMegabytes } from './render-version.ts';

const VERSION_FIELDS = {
  version: Type.Integer(),
  semantic_version: nullable(Type.String()),
  stage: STAGE,
  digest: nullable(Type.String()),
  model_size_mb: nullable(Type.Number()),
  days_in_production: Type.Number(),
  approvals: Type.Array(APPROVED),
};
const VALUE = nullable(MEASURE);
const { signature_diff, verdict } = COMPARISON_FIELDS;

/** Versions against a base. */
export const MATRIX_FIELDS = {
  base: Type.Object(VERSION_FIELDS),
  candidates: Type.Array(
    Type.Object({
      ...VERSION_FIELDS,
      signature_diff,
      files: Type.Object({
        added: Type.Integer(),
        removed: Type.Integer(),
        changed: Type.Integer(),
        renamed: Type.Integer(),
        unchanged: Type.Integer(),
      }),
      gates: Type.Array(GATE),
      verdict,
    }),
    { description: 'In the order asked for; the base is not among them.' },
  ),
  rows: Type.Array(
    Type.Object({
      kind: Type.Enum([
        'metric',
        'dataset_metric',
        'hyperparameter',
        'fact',
        'tag',
        'dataset',
        'requirement',
      ]),
      name: Type.String(),
      base: VALUE,
      values: Type.Array(
        Type.Object({
          value: VALUE,
          diff: nullable(Type.Number()),
          pct_change: nullable(Type.Number()),
          verdict: Type.Enum(['better', 'worse', 'same', 'changed', 'missing', 'not_comparable']),
        }),
        { description: 'In the order of the candidates.' },
      ),
    }),
    {
      description:
        'All metrics (also by dataset, where the logged models name it) and hyperparameters, equal ones too; facts, tags, datasets and requirements that differ.',
    },
  ),
};

export function renderMatrix(compared: ComparedMany) {
  return {
    base: renderVersion(compared.base),
    candidates: compared.candidates.map(renderCandidate),
    rows: matrixRows(compared).map(({ values, ...row }) => ({
      ...row,
      values: values.map(({ pctChange, ...value }) => ({ ...value, pct_change: pctChange })),
    })),
  };
}

function renderCandidate({ versions: [, candidate], files, ...compared }: WholeComparison) {
  return {
    ...renderVersion(candidate),
    signature_diff: compared.signature,
    files: {
      added: files.added.length,
      removed: files.removed.length,
      changed: files.changed.length,
      renamed: files.renamed.length,
      unchanged: files.unchangedCount,
    },
    gates: compared.gates,
    verdict: compared.verdict,
  };
}

function renderVersion({ view, daysInProduction, approvals }: ComparedVersion) {
  const { record, stage, version } = view;
  const label = record?.semanticVersion ?? null;
  return {
    version: version.version,
    semantic_version: label === null ? null : renderSemanticVersion(label),
    stage,
    digest: record?.digest ?? null,
    model_size_mb: toMegabytes(record?.sizeBytes ?? null),
    days_in_production: daysInProduction,
    approvals: approvals.map(renderApproved),
  };
}
