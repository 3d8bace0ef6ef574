import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  LogController,
  type RouteOptions,
} from 'fastify';
import type { Tracer } from '../operations/ports/tracer.ts';
import type { Deps } from '../operations/ports.ts';
import type { Measure } from '../operations/telemetry.ts';
import { answerUnknownPath, registerMlflowWire, sendMlflowError } from './mlflow/routes.ts';
import { type Authenticate, registerActor } from './plugins/actor.ts';
import { answerClientError } from './plugins/client-error.ts';
import { registerConnectionLimit } from './plugins/connection-limit.ts';
import { type Draining, registerDraining } from './plugins/draining.ts';
import { registerHealth } from './plugins/health.ts';
import { collectPaths } from './plugins/known-paths.ts';
import { registerMetrics } from './plugins/metrics.ts';
import { registerOneAtATime } from './plugins/one-at-a-time.ts';
import { registerOriginGuard } from './plugins/origin-guard.ts';
import { registerRefusalRecord } from './plugins/refusal-record.ts';
import { registerRequestLog } from './plugins/request-log.ts';
import { registerRequestTelemetry } from './plugins/request-telemetry.ts';
import { registerRequestTrace } from './plugins/request-trace.ts';
import { requireDecisions } from './plugins/route-decision.ts';
import { registerSecurityHeaders } from './plugins/security-headers.ts';
import { sendProblem } from './v1/problem-reply.ts';
import { registerV1Wire } from './v1/routes.ts';

export interface ServerOptions {
  readonly deps: Deps;
  /** Version of this program. */
  readonly version: string;
  readonly authenticate: Authenticate;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly logger: FastifyBaseLogger;
  /** Connections that are open at once, at most. */
  readonly maxConnections: number;
  /** What `/metrics` answers; null: not here. */
  readonly measure: Measure | null;
  /** Null: nothing is traced. */
  readonly tracer: Tracer | null;
}

/** JSON bodies; artifacts stream and are not bounded by it. */
const BODY_LIMIT_BYTES = 32 * 1024 * 1024;
const HEADERS_TIMEOUT_MS = 30_000;
/** How often it is looked for connections whose headers are late. */
const HEADERS_CHECK_MS = 5_000;
/** A connection on which nothing moves for so long is cut: its peer vanished, or reads and sends nothing. */
const SILENCE_TIMEOUT_MS = 300_000;

/** The HTTP server with all routes, not yet listening, and the list of its routes. */
export async function createServer(
  options: ServerOptions,
): Promise<{ app: FastifyInstance; routes: readonly RouteOptions[]; draining: Draining }> {
  const { deps, version } = options;
  const app: FastifyInstance = Fastify({
    loggerInstance: options.logger,
    // Both wires check and render by themselves; Fastify's own compilers are slow to load.
    schemaController: {
      compilersFactory: {
        buildValidator: (() => () => () => true) as never,
        buildSerializer: (() => () => (data: unknown) => JSON.stringify(data)) as never,
      },
    },
    // plugins/request-log.ts writes the one line that a request gets.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: { maxParamLength: 8192, caseSensitive: true },
    genReqId: () => deps.ids.uuid(),
    rewriteUrl: (request) => originForm(request.url ?? ''),
    // Targets that the router cannot read: bad escapes, segments beyond every length.
    frameworkErrors: (error, request, reply) =>
      request.url.startsWith('/api/v1')
        ? sendProblem(error, request, reply)
        : sendMlflowError(error, request, reply),
    http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: HEADERS_CHECK_MS },
    connectionTimeout: SILENCE_TIMEOUT_MS,
    clientErrorHandler: answerClientError,
    // Whoever closes has drained before, or does not want to wait.
    forceCloseConnections: true,
  });
  registerRequestTrace(app, options.tracer);
  registerConnectionLimit(app, options.maxConnections);
  registerOneAtATime(app);
  registerRequestTelemetry(app, deps.telemetry);
  const draining = registerDraining(app);
  const routes = requireDecisions(app);
  registerRequestLog(app, deps.clock);
  registerSecurityHeaders(app);
  app.setErrorHandler(sendMlflowError);
  app.setNotFoundHandler(answerUnknownPath(collectPaths(app)));
  registerWires(app, options);
  registerOriginGuard(app, { hosts: options.allowedHosts, origins: options.allowedOrigins });
  registerActor(app, options.authenticate);
  registerRefusalRecord(app, deps);
  registerHealth(app, { deps, version, draining });
  if (options.measure !== null) registerMetrics(app, options.measure, sendProblem);
  return { app, routes, draining };
}

/**
 * The path and query of a request target. A proxy may send the absolute form, which means the same route
 * (RFC 9112 section 3.2.2); `*` and other forms are no route of ours.
 */
function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '');
  if (path.startsWith('/')) return path;
  return path === target ? '/no-such-target' : `/${path}`;
}

function registerWires(app: FastifyInstance, { deps, version }: ServerOptions): void {
  app.register(async (scope) => registerMlflowWire(scope, { deps }));
  app.register(async (scope) => registerV1Wire(scope, { deps, version }));
}
