import { invalidArgument } from '../../../domain/errors.ts';
import { createGrant } from '../../../operations/grant.ts';
import type { Grantee } from '../../../operations/ports/grant.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { GRANT, RESOURCE, ROLE, renderGrant } from './fields.ts';

export const createGrantEndpoint = endpoint({
  method: 'POST',
  path: '/grants',
  operation: 'createGrant',
  permission: 'manage-access',
  tag: 'Access',
  summary: 'Grant a role',
  description:
    'To a `user` (its id) or a `group` (as the identity provider names it), on models or experiments whose whole names match `pattern`; `*` is any run of characters. An admin on all models manages access.',
  status: 201,
  body: Type.Object(
    {
      user: Type.Optional(Type.String()),
      group: Type.Optional(Type.String()),
      role: ROLE,
      resource: RESOURCE,
      pattern: Type.String(),
    },
    { additionalProperties: false },
  ),
  answer: Type.Object({ success: SUCCESS, grant: GRANT }),
  problems: ['resource_not_found'],
  async run(deps, actor, { body }) {
    const { user, group, ...grant } = body;
    return { grant: renderGrant(await createGrant(deps, actor, { ...grant, to: granteeOf(user, group) })) };
  },
});

function granteeOf(user: string | undefined, group: string | undefined): Grantee {
  if (user !== undefined && group === undefined) return { kind: 'subject', subjectId: user };
  if (group !== undefined && user === undefined) return { kind: 'group', group };
  throw invalidArgument('A grant is for a "user" or for a "group": give one of them.', '/user');
}
