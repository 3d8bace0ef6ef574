import { liftTaint } from '../../../operations/taint.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { renderTaint, TAINT } from './fields.ts';

export const deleteTaintEndpoint = endpoint({
  method: 'DELETE',
  path: '/lineage/taints/:id',
  operation: 'deleteTaint',
  permission: 'lift-hold',
  tag: 'Lineage',
  summary: 'Lift a taint',
  description: 'By an admin on all models. It stays on record, with who lifted it and why.',
  params: Type.Object({ id: Type.String({ minLength: 1 }) }, { additionalProperties: false }),
  query: Type.Object(
    { reason: Type.String({ description: 'Why the data are good after all: 1 to 1,000 characters.' }) },
    { additionalProperties: false },
  ),
  answer: Type.Object({ success: SUCCESS, taint: TAINT }),
  problems: ['resource_not_found', 'taint_lifted'],
  async run(deps, actor, { params, query }) {
    return { taint: renderTaint(await liftTaint(deps, actor, { taintId: params.id, reason: query.reason })) };
  },
});
