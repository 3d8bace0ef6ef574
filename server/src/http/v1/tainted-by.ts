import type { Taint } from '../../domain/taint.ts';
import { nullable, TIME } from './fields.ts';
import { Type } from './schema-builder.ts';
import { renderTime } from './time.ts';

/** Bad data that something depends on. */
export const TAINTED_BY = Type.Object({
  id: Type.String(),
  dataset: Type.String(),
  digest: Type.String(),
  reason: Type.String(),
  placed_at: nullable(TIME),
});

export function renderTaintedBy({ taintId, dataset, digest, reason, placedAtMs }: Taint) {
  return { id: taintId, dataset, digest, reason, placed_at: renderTime(placedAtMs) };
}
