import type { AffectedVersion } from '../../../operations/lineage-impact.ts';
import type { TaintView } from '../../../operations/taint.ts';
import { MODEL_NAME, nullable, STAGE, TIME } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { renderTime } from '../time.ts';

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
  lifted_by: nullable(Type.String()),
  lifted_at: nullable(TIME),
  lift_reason: nullable(Type.String()),
  affected_count: Type.Integer({ description: 'Living versions that depend on the data.' }),
  live: Type.Array(AFFECTED, { description: 'Those of them that are live: what is still to be replaced.' }),
});

export function renderAffected({ modelName, isLive, ...version }: AffectedVersion) {
  return { model_name: modelName, ...version, live: isLive };
}

export function renderTaint({ taint, affected, names }: TaintView) {
  const { lifted } = taint;
  return {
    id: taint.taintId,
    dataset: taint.dataset,
    digest: taint.digest,
    reason: taint.reason,
    placed_by: names.get(taint.placedBy) ?? taint.placedBy,
    placed_at: renderTime(taint.placedAtMs),
    lifted_by: lifted === null ? null : (names.get(lifted.by) ?? lifted.by),
    lifted_at: lifted === null ? null : renderTime(lifted.atMs),
    lift_reason: lifted === null ? null : lifted.reason,
    affected_count: affected.length,
    live: affected.filter(({ isLive }) => isLive).map(renderAffected),
  };
}
