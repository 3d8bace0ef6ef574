import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Actor } from '../../domain/actor.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set before any handler runs. */
    actor: Actor;
  }
}

/** Tells who sent a request. @throws RegistryError when nobody could be told. */
export type Authenticate = (request: FastifyRequest) => Promise<Actor>;

/** Gives every request its actor. */
export function registerActor(app: FastifyInstance, authenticate: Authenticate): void {
  app.decorateRequest('actor', null as unknown as Actor);
  app.addHook('onRequest', async (request) => {
    request.actor = await authenticate(request);
  });
}
