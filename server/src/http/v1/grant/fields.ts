import { ROLES, type Role } from '../../../domain/actor.ts';
import type { GivenGrant } from '../../../operations/ports/grant.ts';
import { TIME } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { renderTime } from '../time.ts';

export const ROLE = Type.Unsafe<Role>({ type: 'string', enum: [...ROLES] });
export const RESOURCE = Type.Unsafe<'model' | 'experiment'>({
  type: 'string',
  enum: ['model', 'experiment'],
});

export const GRANT = Type.Object({
  id: Type.String(),
  user: Type.Optional(Type.String({ description: 'The id of a user or service account.' })),
  group: Type.Optional(Type.String()),
  role: ROLE,
  resource: RESOURCE,
  pattern: Type.String(),
  created_at: TIME,
  created_by: Type.String({ description: 'The id of whoever granted it.' }),
});

export function renderGrant({ grantId, to, role, resource, pattern, createdAtMs, createdBy }: GivenGrant) {
  return {
    id: grantId,
    ...(to.kind === 'subject' ? { user: to.subjectId } : { group: to.group }),
    role,
    resource,
    pattern,
    created_at: renderTime(createdAtMs),
    created_by: createdBy,
  };
}
