import type { Marking } from '../../domain/marking.ts';
import { nullable, TIME } from './fields.ts';
import { Type } from './schema-builder.ts';
import { renderTime } from './time.ts';

/** Who lifted a hold or a taint, and why; null while it stands. */
export const LIFT_FIELDS = {
  lifted_by: nullable(Type.String()),
  lifted_at: nullable(TIME),
  lift_reason: nullable(Type.String()),
};

/** `names` by subject id. */
export function renderMarking({ placedBy, placedAtMs, lifted }: Marking, names: ReadonlyMap<string, string>) {
  return {
    placed_by: names.get(placedBy) ?? placedBy,
    placed_at: renderTime(placedAtMs),
    lifted_by: lifted === null ? null : (names.get(lifted.by) ?? lifted.by),
    lifted_at: lifted === null ? null : renderTime(lifted.atMs),
    lift_reason: lifted === null ? null : lifted.reason,
  };
}
