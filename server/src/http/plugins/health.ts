import type { FastifyInstance } from 'fastify';
import type { Deps } from '../../operations/ports.ts';
import { checkReadiness } from '../../operations/readiness.ts';
import type { Draining } from './draining.ts';
import { setRetryAfter } from './retry-after.ts';

const SERVICE = 'cloud-mlflow-registry';

/** `GET /health` (touches nothing) and `GET /ready` (asks database and artifact root), v1-api section 1. */
export function registerHealth(
  app: FastifyInstance,
  options: { deps: Deps; version: string; draining: Draining },
): void {
  const { deps, version, draining } = options;
  app.get('/health', { config: { operation: 'getHealth', permission: 'public' } }, async () => ({
    status: 'healthy',
    service: SERVICE,
    version,
  }));
  app.get(
    '/ready',
    { config: { operation: 'getReadiness', permission: 'public' } },
    async (_request, reply) => {
      const checks = await checkReadiness(deps);
      const ready = checks.database.ok && checks.artifacts.ok && !draining.isActive;
      setRetryAfter(reply, ready ? 200 : 503);
      reply.code(ready ? 200 : 503);
      const answer = {
        status: ready ? 'ready' : 'not_ready',
        service: SERVICE,
        mlflow_connected: ready,
        checks,
      };
      return draining.isActive ? { ...answer, reason: 'The server is being stopped.' } : answer;
    },
  );
}
