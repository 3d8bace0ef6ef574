import { eraseSubject } from '../../../operations/subject.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { USER_PARAMS } from './fields.ts';

export const deleteUserEndpoint = endpoint({
  method: 'DELETE',
  path: '/users/:id',
  operation: 'deleteUser',
  permission: 'manage-access',
  tag: 'Access',
  summary: 'Disable an account for ever and erase its name',
  description: 'Its id stays in all records, which stay verifiable. The last admin stays.',
  params: USER_PARAMS,
  answer: Type.Object({ success: SUCCESS, id: Type.String() }),
  problems: ['resource_not_found', 'resource_conflict'],
  async run(deps, actor, { params }) {
    await eraseSubject(deps, actor, params.id);
    return { id: params.id };
  },
});
