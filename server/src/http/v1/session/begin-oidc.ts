import { invalidArgument } from '../../../domain/errors.ts';
import { parseReturnPath } from '../../../domain/external-identity.ts';
import { beginExternalSignIn } from '../../../operations/session.ts';
import type { RedirectEndpoint } from '../redirect-endpoint.ts';
import { Type } from '../schema-builder.ts';

export const beginOidcEndpoint: RedirectEndpoint = {
  method: 'GET',
  path: '/session/oidc',
  operation: 'beginOidcSignIn',
  permission: 'public',
  tag: 'Access',
  summary: 'Sign in at the identity provider',
  description:
    'For browsers: leads to the provider (OpenID Connect, code flow with PKCE), which leads back. Ten minutes are given.',
  schemas: {
    query: Type.Object({
      return_to: Type.Optional(
        Type.String({ description: 'The path to go to afterwards; `/` unless given.', maxLength: 2_000 }),
      ),
    }),
  },
  problems: ['resource_not_found', 'unavailable'],
  async redirect(deps, { query, exchange }) {
    const returnTo = parseReturnPath(new URLSearchParams(query).get('return_to') ?? '/');
    if (returnTo === null)
      throw invalidArgument(
        'After signing in the way goes to a path of this server, such as /docs/.',
        'return_to',
      );
    const { url, attempt } = await beginExternalSignIn(deps);
    exchange.setAttempt({ ...attempt, returnTo });
    return url;
  },
};
