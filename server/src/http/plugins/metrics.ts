import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Measure, readFigures } from '../../operations/telemetry.ts';
import { METRICS_TYPES, metricsFormat, renderMetrics } from './metrics-text.ts';

/** `GET /metrics`, for who may read them. `sendError` words a refusal. */
export function registerMetrics(
  app: FastifyInstance,
  measure: Measure,
  sendError: (error: unknown, request: FastifyRequest, reply: FastifyReply) => void,
): void {
  app.get(
    '/metrics',
    { config: { operation: 'getMetrics', permission: 'read-metrics' }, errorHandler: sendError },
    async (request, reply) => {
      const format = metricsFormat(request.headers.accept);
      const families = await readFigures(request.actor, measure);
      return reply
        .header('cache-control', 'no-store')
        .header('vary', 'Accept')
        .type(METRICS_TYPES[format])
        .send(renderMetrics(families, format));
    },
  );
}
