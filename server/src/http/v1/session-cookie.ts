import type { FastifyReply, FastifyRequest } from 'fastify';
import { clientOf } from '../plugins/actor.ts';
import { readCredentials, SESSION_COOKIE } from '../plugins/credentials.ts';
import type { Exchange } from './endpoint.ts';

/** No script reads it; it goes with links from elsewhere, and with no change from elsewhere. */
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax';

export function exchangeOf(request: FastifyRequest, reply: FastifyReply): Exchange {
  return {
    client: clientOf(request),
    get session() {
      const credentials = readCredentials(request);
      return credentials?.kind === 'session' ? credentials.secret : null;
    },
    setSession(session) {
      const cookie =
        session === null
          ? `${SESSION_COOKIE}=; Max-Age=0; ${ATTRIBUTES}`
          : `${SESSION_COOKIE}=${session.secret}; Expires=${new Date(session.expiresAtMs).toUTCString()}; ${ATTRIBUTES}`;
      reply.header('set-cookie', cookie);
    },
  };
}
