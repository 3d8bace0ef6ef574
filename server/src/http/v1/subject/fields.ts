import type { Subject } from '../../../domain/subject.ts';
import { nullable, TIME } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { renderTime } from '../time.ts';

export const USER = Type.Object({
  id: Type.String(),
  name: Type.String(),
  kind: Type.Enum(['user', 'service_account']),
  owner: nullable(
    Type.String({ description: 'Of a service account: the id of the user who answers for it.' }),
  ),
  created_at: TIME,
  disabled_at: nullable(TIME),
});

export const USER_PARAMS = Type.Object(
  { id: Type.String({ minLength: 1 }) },
  { additionalProperties: false },
);

export function renderUser({ subjectId, name, kind, ownerId, createdAtMs, disabledAtMs }: Subject) {
  return {
    id: subjectId,
    name,
    kind,
    owner: ownerId,
    created_at: renderTime(createdAtMs),
    disabled_at: renderTime(disabledAtMs),
  };
}
