import type { FastifyInstance } from 'fastify';
import type { Deps } from '../../../operations/ports.ts';
import type { Door } from '../door.ts';
import { permissionOf } from '../rpcs/rpc-row.ts';
import { TRACKING_ROUTES } from '../rpcs/tracking.ts';
import { mountedRoutes } from '../rpcs.ts';
import { getMetricHistoryDoor } from './get-metric-history.ts';
import { getMetricHistoryBulk } from './get-metric-history-bulk.ts';
import { getMetricHistoryBulkIntervalDoor } from './get-metric-history-bulk-interval.ts';
import { logMetricDoor } from './log-metric.ts';

export const metricDoors: readonly Door[] = [
  logMetricDoor,
  getMetricHistoryDoor,
  getMetricHistoryBulkIntervalDoor,
];

/** What is answered without a message. */
export function registerMetricRoutes(app: FastifyInstance, deps: Deps): void {
  for (const row of TRACKING_ROUTES)
    for (const { method, url } of mountedRoutes(row))
      app.route({
        method,
        url,
        config: { operation: row.name, permission: permissionOf(row.permission) },
        handler: async (request, reply) => getMetricHistoryBulk(deps, request, reply),
      });
}
