import type { AffectedVersion } from '../../../operations/lineage-impact.ts';
import type { TaintView } from '../../../operations/taint.ts';
import { MODEL_NAME, nullable, STAGE, TIME } from '../fields.ts';
import { LIFT_FIELDS, renderMarking } from '../marking.ts';
import { Type } from '../schema-builder.ts';

/** A version that depends on something. */
export const AFFECTED = Type.Object({
  model_name: MODEL_NAME,
  version: Type.Integer(),
  stage: STAGE,
  aliases: Type.Array(Type.String()),
  live: Type.Boolean({ description: 'In production, or under an alias.' }),
});

export const TAINT = Type.Object({
  id: Type.String(),
  dataset: Type.String(),
  digest: Type.String(),
  reason: Type.String(),
  placed_by: Type.String(),
  placed_at: nullable(TIME),
  ...LIFT_FIELDS,
  affected_count: Type.Integer({ description: 'Living versions that depend on the data.' }),
  live: Type.Array(AFFECTED, { description: 'Those of them that are live: what is still to be replaced.' }),
});

export function renderAffected({ modelName, isLive, ...version }: AffectedVersion) {
  return { model_name: modelName, ...version, live: isLive };
}

export function renderTaint({ taint, affected, names }: TaintView) {
  return {
    id: taint.taintId,
    dataset: taint.dataset,
    digest: taint.digest,
    reason: taint.reason,
    ...renderMarking(taint, names),
    affected_count: affected.length,
    live: affected.filter(({ isLive }) => isLive).map(renderAffected),
  };
}
