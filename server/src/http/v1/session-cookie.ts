import type { FastifyReply, FastifyRequest } from 'fastify';
import { clientOf } from '../plugins/actor.ts';
import { readCookie, readCredentials, SESSION_COOKIE } from '../plugins/credentials.ts';
import type { Exchange } from './endpoint.ts';
import { parseAttempt, renderAttempt } from './sign-in-attempt.ts';

/** No script reads it; it goes with links from elsewhere, and with no change from elsewhere. */
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax';

/** Of a browser that is at the identity provider. */
const ATTEMPT_COOKIE = '__Host-registry-sign-in';
const ATTEMPT_SECONDS = 600;

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
      addCookie(reply, cookie);
    },
    ifMatch: request.headers['if-match'] ?? null,
    status: null,
    text: null,
    get attempt() {
      const { cookie } = request.headers;
      const text = cookie === undefined ? null : readCookie(cookie, ATTEMPT_COOKIE);
      return text === null ? null : parseAttempt(text);
    },
    setAttempt(attempt) {
      const [value, seconds] = attempt === null ? ['', 0] : [renderAttempt(attempt), ATTEMPT_SECONDS];
      addCookie(reply, `${ATTEMPT_COOKIE}=${value}; Max-Age=${seconds}; ${ATTRIBUTES}`);
    },
  };
}

/** Fastify keeps several of this one header. */
function addCookie(reply: FastifyReply, cookie: string): void {
  reply.header('set-cookie', cookie);
}
