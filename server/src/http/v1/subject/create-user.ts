import { createSubject } from '../../../operations/subject.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { renderUser, USER } from './fields.ts';

export const createUserEndpoint = endpoint({
  method: 'POST',
  path: '/users',
  operation: 'createUser',
  permission: 'manage-access',
  tag: 'Access',
  summary: 'Make a user or a service account',
  description:
    'A user may get a password of 15 characters or more; a service account has an `owner` (the id of a user) and tokens. It may do nothing until it is granted a role.',
  status: 201,
  body: Type.Object(
    {
      name: Type.String({ maxLength: 256 }),
      kind: Type.Unsafe<'user' | 'service_account'>({ type: 'string', enum: ['user', 'service_account'] }),
      owner: Type.Optional(Type.String()),
      password: Type.Optional(Type.String({ maxLength: 1_024 })),
    },
    { additionalProperties: false },
  ),
  answer: Type.Object({ success: SUCCESS, user: USER }),
  problems: ['resource_exists'],
  async run(deps, actor, { body }) {
    const { name, kind, owner, password } = body;
    const input = { name, kind, ownerId: owner ?? null, password: password ?? null };
    return { user: renderUser(await createSubject(deps, actor, input)) };
  },
});
