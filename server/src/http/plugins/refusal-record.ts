import type { FastifyInstance } from 'fastify';
import { RegistryError } from '../../domain/errors.ts';
import type { Deps } from '../../operations/ports.ts';
import { recordRefusal } from '../../operations/refusal.ts';
import { clientOf } from './actor.ts';

/**
 * Every refusal goes to the audit log before it is answered. When that fails, the refusal stands and the log of the
 * program says so.
 */
export function registerRefusalRecord(app: FastifyInstance, deps: Deps): void {
  app.addHook('onError', async (request, _reply, error) => {
    if (!(error instanceof RegistryError)) return;
    const refused = {
      actor: request.actor,
      client: clientOf(request),
      operation: request.routeOptions.config.operation ?? 'unknown',
      error,
    };
    await recordRefusal(deps, refused).catch((failure: unknown) =>
      request.log.error({ err: failure }, 'a refusal could not be written to the audit log'),
    );
  });
}
