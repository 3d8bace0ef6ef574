import type { FastifyInstance, RouteOptions } from 'fastify';
import type { Verb } from '../../domain/permission.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Stable id of the operation: MLflow's RPC name, or `verbNoun` in v1. The same in logs and tests. */
    operation?: string;
    /**
     * What the caller must be permitted; `public`: nothing, not even to be known; `signed-in`: to be known.
     * The operation behind the route decides.
     */
    permission?: Verb | 'public' | 'signed-in';
    /** Neither the request nor the answer is ever kept. */
    answersSecret?: boolean;
  }
}

/**
 * No route without a decision (DESIGN section 7, rule 4): the server does not become ready while a route
 * lacks its operation id or permission. Call before any route is registered.
 */
export function requireDecisions(app: FastifyInstance): readonly RouteOptions[] {
  const routes: RouteOptions[] = [];
  app.addHook('onRoute', (route) => {
    routes.push(route);
  });
  app.addHook('onReady', async () => {
    const undecided = routes.filter((route) => !route.config?.operation || !route.config.permission);
    if (undecided.length > 0)
      throw new Error(
        `routes without operation or permission: ${undecided.map((route) => route.url).join(', ')}`,
      );
  });
  return routes;
}
