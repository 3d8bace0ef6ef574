import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../../domain/actor.ts';
import type { AuditClient } from '../../domain/audit-event.ts';
import { RegistryError } from '../../domain/errors.ts';
import type { Credentials } from '../../operations/authentication.ts';
import { readCredentials } from './credentials.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set before any handler runs. */
    actor: Actor;
  }
}

/** Tells who shows these credentials; null: none were shown. @throws `unauthenticated`, `too_many_attempts`. */
export type Authenticate = (credentials: Credentials | null, client: AuditClient) => Promise<Actor>;

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whoever asks for what is open to all: may nothing else. */
const NOBODY: Actor = { subjectId: 'anonymous', kind: 'system', displayName: 'anonymous', grants: [] };

/** Gives every request its actor. What is open to all asks nobody who it is. */
export function registerActor(app: FastifyInstance, authenticate: Authenticate): void {
  app.decorateRequest('actor', null as unknown as Actor);
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.permission === 'public') {
      request.actor = NOBODY;
      return;
    }
    try {
      const credentials = readCredentials(request);
      if (credentials?.kind === 'session') refuseForgery(request);
      request.actor = await authenticate(credentials, clientOf(request));
    } catch (error) {
      if (error instanceof RegistryError) challenge(request, reply, error);
      throw error;
    }
  });
}

/** Where a request came from, for the audit log. */
export function clientOf(request: FastifyRequest): AuditClient {
  return {
    address: request.ip,
    userAgent: request.headers['user-agent'] ?? null,
    requestId: request.id,
    ...(request.span === null ? {} : { traceId: request.span.ids.traceId }),
  };
}

/**
 * A cookie goes with whatever a page makes a browser send: a change must come from a page of our own. A foreign
 * Origin was refused before (plugins/origin-guard.ts); one that is not there proves nothing.
 */
function refuseForgery(request: FastifyRequest): void {
  if (SAFE_METHODS.has(request.method)) return;
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined || site === 'same-origin' || site === 'none') return;
  throw new RegistryError('permission_denied', {
    message: 'A change with a session cookie needs an Origin or Sec-Fetch-Site header of this site.',
  });
}

/** RFC 9110, section 15.5.2. A page's own requests must not make the browser ask for a password. */
function challenge(request: FastifyRequest, reply: FastifyReply, error: RegistryError): void {
  if (error.code === 'too_many_attempts') {
    const { retryAfterSeconds } = error.params as { retryAfterSeconds: number };
    reply.header('retry-after', retryAfterSeconds);
  }
  if (error.code !== 'unauthenticated') return;
  const isPage = request.headers['sec-fetch-site'] !== undefined;
  reply.header('www-authenticate', isPage ? 'Bearer' : 'Basic realm="FarmIQ Model Registry", Bearer');
}
