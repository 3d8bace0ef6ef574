import type { FastifyInstance } from 'fastify';

/** One line a request: id, operation, status, duration. Never a body, a header or a query. */
export function registerRequestLog(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, done) => {
    const line = {
      operation: request.routeOptions.config.operation ?? 'unknown',
      method: request.method,
      status: reply.statusCode,
      duration_ms: Math.round(reply.elapsedTime * 1000) / 1000,
    };
    // 501 says what this server does not offer; nothing failed.
    if (reply.statusCode >= 500 && reply.statusCode !== 501) request.log.error(line, 'request');
    else request.log.info(line, 'request');
    done();
  });
}
