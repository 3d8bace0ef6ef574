import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Measure } from '../operations/telemetry.ts';
import { METRICS_TYPES, metricsFormat, renderMetrics } from './plugins/metrics-text.ts';

/** Scrapers are few; whoever else comes finds no more than that. */
const MOST_CONNECTIONS = 50;
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * `/metrics` and nothing else, for whoever reaches the port: nobody signs in here, and any Host is answered, since
 * scrapers use the names of their own network.
 */
export function createMetricsServer(measure: Measure): Server {
  const server = createServer(
    { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
    (request, response) => {
      request.resume();
      const path = (request.url ?? '').split('?', 1)[0];
      if (path !== '/metrics') return end(response, 404, 'There is only /metrics here.\n');
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.setHeader('allow', 'GET, HEAD');
        return end(response, 405, 'Metrics are only read.\n');
      }
      const format = metricsFormat(request.headers.accept);
      measure().then(
        (families) => {
          response.setHeader('vary', 'Accept');
          end(response, 200, renderMetrics(families, format), METRICS_TYPES[format]);
        },
        () => end(response, 500, 'The metrics could not be read.\n'),
      );
    },
  );
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

function end(
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(text);
}
