import type { PolicyView } from '../../../operations/policy.ts';
import { nullable, TIME } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { renderTime } from '../time.ts';

export const POLICY_PARAMS = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 100 }) },
  { additionalProperties: false },
);

/** A policy with which revision it is. */
export const POLICY = Type.Object({
  name: Type.String(),
  revision: Type.Integer(),
  built_in: Type.Boolean(),
  document: Type.Object({}, { additionalProperties: true, description: 'As `GET /policies/schema` says.' }),
  created_at: nullable(TIME),
  created_by: nullable(Type.String({ description: 'The id of whoever wrote it.' })),
});

export function renderPolicy({ name, revision, isBuiltIn, document, createdAtMs, createdBy }: PolicyView) {
  return {
    name,
    revision,
    built_in: isBuiltIn,
    document,
    created_at: renderTime(createdAtMs),
    created_by: createdBy,
  };
}
