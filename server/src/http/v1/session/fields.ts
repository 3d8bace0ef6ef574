import type { Actor } from '../../../domain/actor.ts';
import { Type } from '../schema-builder.ts';

const GRANTED = Type.Object({
  role: Type.Enum(['reader', 'writer', 'approver', 'admin']),
  resource: Type.Enum(['model', 'experiment']),
  pattern: Type.String({ description: 'Whole names; `*` stands for any run of characters.' }),
});

/** Who is signed in. */
export const ME = Type.Object({
  id: Type.String({ description: 'Stays for ever; records keep it.' }),
  kind: Type.Enum(['user', 'service_account', 'local', 'system']),
  name: Type.String(),
  grants: Type.Array(GRANTED),
  token: Type.Union([
    Type.Object({
      id: Type.String(),
      scopes: Type.Array(Type.Enum(['read', 'write', 'approve', 'admin'])),
      model_pattern: Type.Union([Type.String(), Type.Null()]),
    }),
    Type.Null(),
  ]),
});

export function renderMe({ subjectId, kind, displayName, grants, token }: Actor) {
  return {
    id: subjectId,
    kind,
    name: displayName,
    grants: grants.map(({ role, resource, pattern }) => ({ role, resource, pattern })),
    token:
      token === undefined || token === null
        ? null
        : { id: token.tokenId, scopes: token.scopes, model_pattern: token.pattern },
  };
}
