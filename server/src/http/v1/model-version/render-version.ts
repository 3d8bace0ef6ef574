import { renderParent } from '../../../domain/parent-reference.ts';
import { renderSemanticVersion } from '../../../domain/semantic-version.ts';
import type { VersionRecord } from '../../../domain/version-record.ts';
import type { VersionView, WholeVersion } from '../../../operations/version-view.ts';
import { MEASURE, nullable, STAGE, TIME } from '../fields.ts';
import { toRecord } from '../json-answer.ts';
import { Type } from '../schema-builder.ts';
import { renderTaintedBy, TAINTED_BY } from '../tainted-by.ts';
import { renderTime } from '../time.ts';

/** Megabytes of 10^6 bytes. */
const BYTES_PER_MB = 1_000_000;

export const SEAL_FIELDS = {
  digest: nullable(Type.String({ description: '`sha256:` and 64 hex digits; null until sealed.' })),
  seal: Type.Enum(['open', 'pending', 'sealed', 'impossible']),
  sealed: Type.Boolean(),
};

export const METRICS = Type.Record(Type.String(), MEASURE, { description: 'Last value of each metric.' });
export const HYPERPARAMETERS = Type.Record(Type.String(), Type.String(), { description: 'As text.' });

const PARENT = Type.Object({
  kind: Type.Enum(['external', 'model_version']),
  name: Type.String(),
  version: Type.Optional(Type.Integer()),
});

/** Without metrics and hyperparameters. */
const PLAIN = {
  model: Type.String(),
  version: Type.Integer(),
  semantic_version: nullable(Type.String()),
  stage: STAGE,
  created_at: nullable(TIME),
  created_by: Type.String({ description: 'Display name.' }),
  authors: Type.Array(Type.String()),
  description: nullable(Type.String()),
  framework: nullable(Type.String()),
  data_version: nullable(Type.String()),
  code_version: nullable(Type.String()),
  inferred_facts: Type.Array(Type.String(), { description: 'Facts that nobody gave.' }),
  tags: Type.Record(Type.String(), Type.String()),
  parent_model: nullable(Type.String()),
  parent: nullable(PARENT),
  model_size_mb: nullable(Type.Number({ description: 'Megabytes (10^6 bytes); null until sealed.' })),
  aliases: Type.Array(Type.String()),
  run_id: nullable(Type.String()),
  source: nullable(Type.String()),
  ...SEAL_FIELDS,
  status: nullable(Type.String()),
};

export const VERSION_FIELDS = { ...PLAIN, metrics: METRICS, hyperparameters: HYPERPARAMETERS };

export const LISTED_VERSION = Type.Object({
  ...PLAIN,
  metrics: Type.Optional(METRICS),
  hyperparameters: Type.Optional(HYPERPARAMETERS),
});

/** The same with what is known only of one that is asked for alone. */
export const WHOLE_VERSION_FIELDS = {
  ...VERSION_FIELDS,
  conflicting: Type.Boolean({
    description: 'Others are in staging or production with it, where the policy has room for one.',
  }),
  verified_at: nullable(
    Type.Unsafe<string | null>({
      ...TIME,
      description: 'When its files were read and compared with their hashes last.',
    }),
  ),
  damaged_file: nullable(
    Type.String({ description: 'The first of its files that was not what was sealed then, or was gone.' }),
  ),
  last_used_at: nullable(
    Type.Unsafe<string | null>({
      ...TIME,
      description:
        'When one of its files was last fetched through this server; null: never, as far as was noticed.',
    }),
  ),
  purge: nullable(
    Type.Object(
      { marked_at: TIME, due_at: TIME, reason: Type.String() },
      {
        description:
          'Its files are to be removed after `due_at`, unless something comes to need it; null: they are not.',
      },
    ),
  ),
  due_for_review: Type.Boolean({
    description: 'In production for so long that somebody should look whether it still belongs there.',
  }),
  taints: Type.Array(TAINTED_BY, { description: 'Data that it depends on and that are marked as bad.' }),
};

export function renderWholeVersion({
  conflicting,
  verification,
  lastUsedAtMs,
  purge,
  isDueForReview,
  taints,
  ...view
}: WholeVersion) {
  return {
    ...renderVersion(view),
    conflicting,
    verified_at: renderTime(verification?.verifiedAtMs ?? null),
    damaged_file: verification?.damage ?? null,
    last_used_at: renderTime(lastUsedAtMs),
    purge: purge && {
      marked_at: renderTime(purge.markedAtMs),
      due_at: renderTime(purge.dueAtMs),
      reason: purge.reason,
    },
    due_for_review: isDueForReview,
    taints: taints.map(renderTaintedBy),
  };
}

/** A version with all that is known of it. */
export function renderVersion(view: VersionView) {
  return {
    ...renderListedVersion(view),
    metrics: toRecord(view.metrics),
    hyperparameters: toRecord(view.hyperparameters),
  };
}

/** A version as an entry of a list. */
function renderListedVersion({ version, record, stage, facts, createdBy, authors }: VersionView) {
  const { parent } = facts;
  return {
    model: version.name,
    version: version.version,
    semantic_version: renderLabel(record),
    stage,
    created_at: renderTime(version.createdAtMs),
    created_by: createdBy,
    authors,
    description: version.description || null,
    framework: facts.modelType,
    data_version: facts.dataVersion,
    code_version: facts.codeVersion,
    inferred_facts: record?.inferredFacts ?? [],
    tags: toRecord(version.tags.map(({ key, value }) => [key, value])),
    parent_model: parent && renderParent(parent),
    parent,
    model_size_mb: toMegabytes(record?.sizeBytes ?? null),
    aliases: version.aliases,
    run_id: version.runId || null,
    source: version.source,
    ...renderSeal(record),
    status: version.status,
  };
}

export function renderSeal(record: VersionRecord | null) {
  const seal = record?.seal ?? 'open';
  return { digest: record?.digest ?? null, seal, sealed: seal === 'sealed' };
}

export function renderLabel(record: VersionRecord | null): string | null {
  return record?.semanticVersion ? renderSemanticVersion(record.semanticVersion) : null;
}

/** Bytes → megabytes, exact as far as a double is. */
export function toMegabytes(sizeBytes: number | bigint | null): number | null {
  return sizeBytes === null ? null : Number(sizeBytes) / BYTES_PER_MB;
}
