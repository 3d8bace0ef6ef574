import { finishExternalSignIn } from '../../../operations/session.ts';
import type { RedirectEndpoint } from '../redirect-endpoint.ts';
import { Type } from '../schema-builder.ts';

const PATH = '/session/oidc/callback';
/** Where the identity provider leads back to: what must be registered there. */
export const OIDC_CALLBACK = `/api/v1${PATH}`;

export const finishOidcEndpoint: RedirectEndpoint = {
  method: 'GET',
  path: PATH,
  operation: 'finishOidcSignIn',
  permission: 'public',
  tag: 'Access',
  summary: 'Come back from the identity provider',
  description:
    'Nobody calls it but browsers that the provider sends. Sets the cookie of a session, and leads on.',
  schemas: {
    query: Type.Object({
      code: Type.Optional(Type.String()),
      state: Type.Optional(Type.String()),
      error: Type.Optional(Type.String()),
    }),
  },
  problems: ['unauthenticated', 'unavailable'],
  async redirect(deps, { query, exchange }) {
    const { attempt } = exchange;
    // It is good for one answer, whatever that is.
    exchange.setAttempt(null);
    exchange.setSession(await finishExternalSignIn(deps, { query, attempt }, exchange.client));
    return attempt?.returnTo ?? '/';
  },
};
