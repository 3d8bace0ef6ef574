import type { HoldView } from '../../../operations/hold.ts';
import { MODEL_NAME, nullable, TIME } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { renderTime } from '../time.ts';

export const HOLD = Type.Object({
  id: Type.String(),
  model_name: MODEL_NAME,
  version: nullable(Type.Integer({ description: 'Null: the whole model.' })),
  reason: Type.String(),
  reference: nullable(Type.String({ description: 'What it is about elsewhere, such as LEGAL-14.' })),
  placed_by: Type.String(),
  placed_at: TIME,
  lifted_by: nullable(Type.String()),
  lifted_at: nullable(TIME),
  lift_reason: nullable(Type.String()),
});

export function renderHold({ hold, modelName, names }: HoldView) {
  const { lifted } = hold;
  return {
    id: hold.holdId,
    model_name: modelName,
    version: hold.version,
    reason: hold.reason,
    reference: hold.reference,
    placed_by: names.get(hold.placedBy) ?? hold.placedBy,
    placed_at: renderTime(hold.placedAtMs),
    lifted_by: lifted === null ? null : (names.get(lifted.by) ?? lifted.by),
    lifted_at: lifted === null ? null : renderTime(lifted.atMs),
    lift_reason: lifted === null ? null : lifted.reason,
  };
}
