import { invalidArgument } from '../../../domain/errors.ts';
import { resetPassword } from '../../../operations/password.ts';
import { editSubject } from '../../../operations/subject.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { renderUser, USER, USER_PARAMS } from './fields.ts';

export const updateUserEndpoint = endpoint({
  method: 'PATCH',
  path: '/users/:id',
  operation: 'updateUser',
  permission: 'manage-access',
  tag: 'Access',
  summary: 'Disable, enable, give another owner or a new password',
  description:
    'Whoever is disabled is signed out at once, and its tokens are good for nothing. A new password ends its sessions.',
  params: USER_PARAMS,
  body: Type.Object(
    {
      disabled: Type.Optional(Type.Boolean()),
      owner: Type.Optional(Type.String()),
      password: Type.Optional(Type.String({ maxLength: 1_024 })),
    },
    { additionalProperties: false, minProperties: 1 },
  ),
  answer: Type.Object({ success: SUCCESS, user: USER }),
  problems: ['resource_not_found', 'resource_conflict'],
  async run(deps, actor, { params, body }) {
    const { disabled, owner, password } = body;
    if (password !== undefined) {
      // Hashing takes a moment, outside of any unit of work: all or nothing is only possible one by one.
      if (disabled !== undefined || owner !== undefined)
        throw invalidArgument('A password is set by itself, without other changes.', '/password');
      return { user: renderUser(await resetPassword(deps, actor, { subjectId: params.id, password })) };
    }
    const subject = await editSubject(deps, actor, {
      subjectId: params.id,
      ...(disabled !== undefined && { isDisabled: disabled }),
      ...(owner !== undefined && { ownerId: owner }),
    });
    return { user: renderUser(subject) };
  },
});
