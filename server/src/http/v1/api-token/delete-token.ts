import { revokeApiToken } from '../../../operations/api-token.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';

export const deleteTokenEndpoint = endpoint({
  method: 'DELETE',
  path: '/tokens/:id',
  operation: 'deleteToken',
  permission: 'signed-in',
  tag: 'Access',
  summary: 'Revoke an API token',
  description: 'At once, on every server. One that is revoked stays listed.',
  params: Type.Object({ id: Type.String({ minLength: 1 }) }, { additionalProperties: false }),
  answer: Type.Object({ success: SUCCESS, id: Type.String() }),
  problems: ['resource_not_found'],
  async run(deps, actor, { params }) {
    await revokeApiToken(deps, actor, params.id);
    return { id: params.id };
  },
});
