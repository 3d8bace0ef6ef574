import { once } from 'node:events';
import type { Server } from 'node:http';
import type { FastifyInstance, RouteOptions } from 'fastify';
import type { Logger } from 'pino';
import { openArtifacts, openCheckpointSink, openIdentityProvider } from './compose/backing-services.ts';
import { openPreparedDatabase } from './compose/database.ts';
import { startDatadog } from './compose/datadog.ts';
import { hostParts } from './compose/host-parts.ts';
import { programVersion } from './compose/program-version.ts';
import { type StopOptions, stopInOrder } from './compose/stop.ts';
import { startTracing, tracedDeps, traceFields } from './compose/tracing.ts';
import type { Config } from './config/config.ts';
import { LOCAL_ACTOR } from './domain/actor.ts';
import { randomIds } from './host/ids.ts';
import { watchLoop } from './host/loop-delay.ts';
import { createMetricsServer } from './http/metrics-server.ts';
import type { Authenticate } from './http/plugins/actor.ts';
import { createServer } from './http/server.ts';
import { startBackgroundJobs } from './jobs/runner.ts';
import { createSignal } from './jobs/signal.ts';
import { createLogger, toggleLevel } from './logging/logger.ts';
import { authenticate } from './operations/authentication.ts';
import { bootstrapAdmin, hasAdmin } from './operations/bootstrap.ts';
import type { Deps } from './operations/ports.ts';
import { recordSettings } from './operations/settings-record.ts';
import { measureOf } from './operations/telemetry.ts';
import { createStore } from './store/store.ts';
import { createTelemetry } from './telemetry/telemetry.ts';

/** The running parts. `close` stops them in order; what is under way is finished first. Nothing makes it hang. */
export interface Running {
  readonly app: FastifyInstance;
  readonly routes: readonly RouteOptions[];
  readonly deps: Deps;
  /** Where metrics are served; null: by `app`. */
  readonly metricsServer: Server | null;
  /** Opens the ports of the config. Rejects when one is taken. */
  listen(): Promise<void>;
  /** From the level of the settings to DEBUG, and back. */
  toggleLogLevel(): void;
  close(options?: StopOptions): Promise<void>;
}

/**
 * Config → running parts, not yet listening. The only place that sees every floor.
 * `wrap` may put something around what operations are given.
 * @throws DatabaseRefused when the database cannot be used.
 */
export async function compose(config: Config, wrap: (deps: Deps) => Deps = (deps) => deps): Promise<Running> {
  const serverId = randomIds.uuid();
  const { tracer, ...tracing } = await startTracing(config, serverId);
  const logger = createLogger({
    level: config.logLevel,
    ...(tracer === null ? {} : { mixin: () => traceFields(tracer) }),
  });
  const telemetry = createTelemetry({ version: programVersion(), engine: config.database.kind });
  const engine = await openPreparedDatabase(config, {
    log: { info: (text) => logger.info(text), warn: (text) => logger.warn(text) },
    onStatement: telemetry.statementEnded,
  });
  // Servers that share artifacts share a database, and SQLite has one server.
  const artifacts = await openArtifacts(config, {
    serverId,
    sweepAll: config.database.kind === 'sqlite',
    tracer,
  });
  const waiting = { deliveries: createSignal(), events: createSignal() };
  const untraced: Deps = {
    ...hostParts(config, telemetry),
    checkpointSink: await openCheckpointSink(config),
    identityProvider: await openIdentityProvider(config),
    store: createStore(engine, { onLeft: (left) => waiting[left].notify(), onUnit: telemetry.unitEnded }),
    artifacts,
    serverId,
  };
  const deps = wrap(tracer === null ? untraced : tracedDeps(untraced, tracer, config));
  await recordSettings(deps);
  if (config.auth !== 'none') await welcomeAdmin(config, deps, logger);
  const measure = measureOf(deps);
  const metricsServer = config.metricsPort === undefined ? null : createMetricsServer(measure);
  const { app, routes, draining } = await createServer({
    deps,
    measure: metricsServer === null ? measure : null,
    tracer,
    version: programVersion(),
    authenticate: authenticator(config, deps),
    allowedHosts: config.allowedHosts,
    allowedOrigins: config.allowedOrigins,
    maxConnections: config.maxConnections,
    logger,
  });
  const jobs = startBackgroundJobs(deps, {
    serverId,
    log: logger,
    auditEvents: waiting.events,
    verifyDays: config.verifyDays,
    tracer,
    webhooks: {
      waiting: waiting.deliveries,
      lanes: config.webhookLanes,
      alone: config.database.kind === 'sqlite',
    },
  });
  const endWatch = watchLoop(telemetry.loopDelayed);
  const datadog = await startDatadog(config, measure, logger);
  return {
    app,
    routes,
    deps,
    metricsServer,
    toggleLogLevel: () => toggleLevel(logger, config.logLevel),
    async listen() {
      if (metricsServer !== null) await listenForMetrics(metricsServer, config, logger);
      await app.listen({ port: config.port, host: config.host });
    },
    async close(options = {}) {
      endWatch();
      await stopInOrder(
        { app, metricsServer, draining, jobs, reporters: [datadog, tracing], deps, logger },
        options,
      );
    },
  };
}

async function listenForMetrics(server: Server, { metricsPort, host }: Config, log: Logger): Promise<void> {
  server.listen({ port: metricsPort, host });
  await once(server, 'listening');
  log.info({ address: server.address() }, 'metrics are served');
}

/** Makes the admin whom the settings name, unless there is one; who could not sign in at all is told how to. */
async function welcomeAdmin(config: Config, deps: Deps, logger: Logger): Promise<void> {
  const { bootstrapAdmin: name, bootstrapAdminPassword: password } = config;
  if (name !== undefined && password !== undefined) {
    const made = await bootstrapAdmin(deps, { name, password });
    if (made === 'made') logger.info(`made the first admin, ${name}`);
    if (made === 'name_taken')
      logger.warn(`there is no admin, and the name ${name} is taken by somebody who is none`);
  }
  const isAdmin = [...config.oidcGroupRoles.values()].includes('admin');
  if (!isAdmin && !(await hasAdmin(deps)))
    logger.warn(
      'nobody can manage access yet; make the first admin: npx farmiq-registry admin create-user NAME --role admin --password-stdin',
    );
}

/** With sign-in off everybody is the one local actor. */
function authenticator(config: Config, deps: Deps): Authenticate {
  if (config.auth === 'none') return async (_credentials, client) => ({ ...LOCAL_ACTOR, client });
  return (credentials, client) => authenticate(deps, credentials, client);
}
