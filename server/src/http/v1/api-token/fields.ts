import { TOKEN_SCOPES } from '../../../domain/api-token.ts';
import type { ApiToken } from '../../../operations/ports/api-token.ts';
import { nullable, TIME } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { renderTime } from '../time.ts';

export const TOKEN = Type.Object({
  id: Type.String(),
  user: Type.String({ description: 'The id of the user or service account that it stands for.' }),
  name: Type.String(),
  prefix: Type.String({ description: 'How the secret begins.' }),
  scopes: Type.Array(Type.Enum([...TOKEN_SCOPES])),
  model_pattern: nullable(Type.String()),
  created_at: TIME,
  expires_at: TIME,
  revoked_at: nullable(TIME),
  last_used_at: nullable(TIME),
});

export function renderToken(token: ApiToken) {
  return {
    id: token.tokenId,
    user: token.subjectId,
    name: token.name,
    prefix: token.shownPrefix,
    scopes: token.scopes,
    model_pattern: token.modelPattern,
    created_at: renderTime(token.createdAtMs),
    expires_at: renderTime(token.expiresAtMs),
    revoked_at: renderTime(token.revokedAtMs),
    last_used_at: renderTime(token.lastUsedAtMs),
  };
}
