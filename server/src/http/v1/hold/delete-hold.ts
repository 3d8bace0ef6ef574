import { liftHold } from '../../../operations/hold.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { HOLD, renderHold } from './fields.ts';

export const deleteHoldEndpoint = endpoint({
  method: 'DELETE',
  path: '/holds/:id',
  operation: 'deleteHold',
  permission: 'lift-hold',
  tag: 'Governance',
  summary: 'Lift a hold',
  description: 'It stays on record, with who lifted it and why.',
  params: Type.Object({ id: Type.String({ minLength: 1 }) }, { additionalProperties: false }),
  query: Type.Object(
    { reason: Type.String({ description: 'Why it may be deleted now: 1 to 1,000 characters.' }) },
    { additionalProperties: false },
  ),
  answer: Type.Object({ success: SUCCESS, hold: HOLD }),
  problems: ['resource_not_found', 'hold_lifted'],
  async run(deps, actor, { params, query }) {
    return { hold: renderHold(await liftHold(deps, actor, { holdId: params.id, reason: query.reason })) };
  },
});
