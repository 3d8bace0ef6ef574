import type { HoldView } from '../../../operations/hold.ts';
import { MODEL_NAME, nullable, TIME } from '../fields.ts';
import { LIFT_FIELDS, renderMarking } from '../marking.ts';
import { Type } from '../schema-builder.ts';

export const HOLD = Type.Object({
  id: Type.String(),
  model_name: MODEL_NAME,
  version: nullable(Type.Integer({ description: 'Null: the whole model.' })),
  reason: Type.String(),
  reference: nullable(Type.String({ description: 'What it is about elsewhere, such as LEGAL-14.' })),
  placed_by: Type.String(),
  placed_at: TIME,
  ...LIFT_FIELDS,
});

export function renderHold({ hold, modelName, names }: HoldView) {
  return {
    id: hold.holdId,
    model_name: modelName,
    version: hold.version,
    reason: hold.reason,
    reference: hold.reference,
    ...renderMarking(hold, names),
  };
}
