import { renderParent } from '../../domain/parent-reference.ts';
import type { Tombstone } from '../../domain/tombstone.ts';
import { APPROVED, renderApproved } from './approved.ts';
import { nullable, TIME } from './fields.ts';
import { Type } from './schema-builder.ts';
import { renderTime } from './time.ts';

const TEXT = nullable(Type.String());

/** What stays of a deleted version. */
export const TOMBSTONE = Type.Object({
  model_name: Type.String(),
  version: Type.Integer(),
  semantic_version: TEXT,
  digest: TEXT,
  framework: TEXT,
  data_version: TEXT,
  code_version: TEXT,
  parent_model: TEXT,
  approvals: Type.Array(APPROVED, { description: 'Executed requests, oldest first.' }),
  deleted_at: nullable(TIME),
  purged_at: nullable(
    Type.Unsafe<string | null>({ ...TIME, description: 'When its files were removed; null: they were not.' }),
  ),
});

export function renderTombstone({
  name,
  version,
  tombstone: { semanticVersion, digest, facts, approvals, deletedAtMs, purgedAtMs },
}: {
  readonly name: string;
  readonly version: number;
  readonly tombstone: Tombstone;
}): object {
  return {
    model_name: name,
    version,
    semantic_version: semanticVersion,
    digest,
    framework: facts.modelType,
    data_version: facts.dataVersion,
    code_version: facts.codeVersion,
    parent_model: facts.parent && renderParent(facts.parent),
    approvals: approvals.map(renderApproved),
    deleted_at: renderTime(deletedAtMs),
    purged_at: renderTime(purgedAtMs),
  };
}
