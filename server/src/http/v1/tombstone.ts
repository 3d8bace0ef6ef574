import type { ErrorParams } from '../../domain/errors.ts';
import { nullable, TIME } from './fields.ts';
import { Type } from './schema-builder.ts';
import { renderTime } from './time.ts';

/** What stays of a deleted version. */
export const TOMBSTONE = Type.Object({
  model_name: Type.String(),
  version: Type.Integer(),
  semantic_version: nullable(Type.String()),
  digest: nullable(Type.String()),
  deleted_at: nullable(TIME),
});

export function renderTombstone({
  name,
  version,
  tombstone,
}: Required<ErrorParams['version_deleted']>): object {
  return {
    model_name: name,
    version,
    semantic_version: tombstone.semanticVersion,
    digest: tombstone.digest,
    deleted_at: renderTime(tombstone.deletedAtMs),
  };
}
