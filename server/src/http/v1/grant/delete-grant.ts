import { deleteGrant } from '../../../operations/grant.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';

export const deleteGrantEndpoint = endpoint({
  method: 'DELETE',
  path: '/grants/:id',
  operation: 'deleteGrant',
  permission: 'manage-access',
  tag: 'Access',
  summary: 'Take a grant back',
  description: 'At once, on every server. The last admin’s stays.',
  params: Type.Object({ id: Type.String({ minLength: 1 }) }, { additionalProperties: false }),
  answer: Type.Object({ success: SUCCESS, id: Type.String() }),
  problems: ['resource_not_found', 'resource_conflict'],
  async run(deps, actor, { params }) {
    await deleteGrant(deps, actor, params.id);
    return { id: params.id };
  },
});
