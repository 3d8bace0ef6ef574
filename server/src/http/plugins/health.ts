import type { FastifyInstance } from 'fastify';
import type { Deps } from '../../operations/ports.ts';
import { checkReadiness } from '../../operations/readiness.ts';

const SERVICE = 'cloud-mlflow-registry';

/** `GET /health` (touches nothing) and `GET /ready` (asks database and artifact root), v1-api section 1. */
export function registerHealth(app: FastifyInstance, options: { deps: Deps; version: string }): void {
  const { deps, version } = options;
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
      const ready = checks.database.ok && checks.artifacts.ok;
      reply.code(ready ? 200 : 503);
      return { status: ready ? 'ready' : 'not_ready', service: SERVICE, mlflow_connected: ready, checks };
    },
  );
}
