import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock } from '../../operations/ports/clock.ts';

/** Asked every few seconds, by whoever runs the server: hardly anybody reads these lines. */
const PROBES = new Set(['getHealth', 'getReadiness', 'getMetrics']);
const PROBE_LINE_MS = 60_000;

/** The last line of a probe. */
interface ProbeLine {
  readonly status: number;
  readonly atMs: number;
  suppressed: number;
}

/**
 * One line a request: id, operation, status, duration, who. Never a body, a header or a query. Of probes one a minute while their
 * status stays what it was.
 */
export function registerRequestLog(app: FastifyInstance, clock: Clock): void {
  const probes = new Map<string, ProbeLine>();

  /** How many lines were left out before this one; null: this one is, too. */
  function suppressed(operation: string, status: number): number | null {
    if (!PROBES.has(operation)) return 0;
    const last = probes.get(operation);
    const nowMs = clock.now();
    if (last !== undefined && last.status === status && Math.abs(nowMs - last.atMs) < PROBE_LINE_MS) {
      last.suppressed += 1;
      return null;
    }
    probes.set(operation, { status, atMs: nowMs, suppressed: 0 });
    return last?.suppressed ?? 0;
  }

  app.addHook('onRequest', (request, _reply, done) => {
    if (request.log.level === 'debug') {
      const [path] = request.url.split('?', 1);
      request.log.debug({ operation: operationOf(request), method: request.method, path }, 'request begins');
    }
    done();
  });

  app.addHook('onResponse', (request, reply, done) => {
    const operation = operationOf(request);
    const status = reply.statusCode;
    const leftOut = suppressed(operation, status);
    if (leftOut === null) return done();
    const line = {
      operation,
      method: request.method,
      status,
      ...(request.failure === null ? {} : { code: request.failure }),
      duration_ms: Math.round(reply.elapsedTime * 1000) / 1000,
      ...actorOf(request),
      client_address: request.ip,
      ...(leftOut === 0 ? {} : { suppressed: leftOut }),
    };
    // 501 says what this server does not offer; nothing failed.
    if (status >= 500 && status !== 501) request.log.error(line, 'request');
    else request.log.info(line, 'request');
    done();
  });
}

function operationOf(request: FastifyRequest): string {
  return request.routeOptions.config.operation ?? 'unknown';
}

/** Null until somebody was recognised. */
function actorOf({ actor }: FastifyRequest): { readonly actor?: string } {
  return (actor as FastifyRequest['actor'] | null) === null ? {} : { actor: actor.subjectId };
}
