import { createApiToken } from '../../../operations/api-token.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { renderToken, TOKEN } from './fields.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

export const createTokenEndpoint = endpoint({
  method: 'POST',
  path: '/tokens',
  operation: 'createToken',
  permission: 'signed-in',
  tag: 'Access',
  summary: 'Make an API token',
  description:
    'One’s own, or that of a service account by its owner or an admin. The secret is shown here and never again. A token may do what its owner may, within its scopes and, where it has a pattern, on models and experiments of such names. Tokens cannot make tokens.',
  status: 201,
  body: Type.Object(
    {
      name: Type.String(),
      user: Type.Optional(Type.String({ description: 'The id of a service account.' })),
      scopes: Type.Optional(
        Type.Array(Type.String(), { maxItems: 10, description: 'read and write unless given.' }),
      ),
      model_pattern: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
      expires_in_days: Type.Optional(Type.Number({ description: '90 unless given, 366 at most.' })),
    },
    { additionalProperties: false },
  ),
  answer: Type.Object({ success: SUCCESS, token: TOKEN, secret: Type.String() }),
  problems: ['resource_not_found', 'resource_conflict'],
  answersSecret: true,
  async run(deps, actor, { body }) {
    const { token, secret } = await createApiToken(deps, actor, {
      subjectId: body.user ?? null,
      name: body.name,
      scopes: body.scopes ?? ['read', 'write'],
      modelPattern: body.model_pattern ?? null,
      lifetimeMs: body.expires_in_days === undefined ? null : body.expires_in_days * DAY_MS,
    });
    return { token: renderToken(token), secret };
  },
});
