import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { pino } from 'pino';
import { openFilesystemArtifactStore } from './artifacts/filesystem.ts';
import type { Config } from './config/config.ts';
import { LOCAL_ACTOR } from './domain/actor.ts';
import { hostClock } from './host/clock.ts';
import { hostDigests } from './host/digests.ts';
import { randomIds } from './host/ids.ts';
import { createServer } from './http/server.ts';
import { startBackgroundJobs } from './jobs/runner.ts';
import type { Deps } from './operations/ports.ts';
import { openSqlite } from './store/dialect.sqlite.ts';
import type { Engine } from './store/dialect.ts';
import { prepareDatabase } from './store/schema/open.ts';
import { createStore } from './store/store.ts';

/** The running parts. `close` stops them in order; what is under way is finished first. */
export interface Running {
  readonly app: FastifyInstance;
  readonly routes: readonly RouteOptions[];
  readonly deps: Deps;
  close(): Promise<void>;
}

/**
 * Config → running parts, not yet listening. The only place that sees every floor.
 * @throws DatabaseRefused when the database cannot be used.
 */
export async function compose(config: Config): Promise<Running> {
  const logger = pino({
    level: config.logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
  for (const name of config.withoutEffect) logger.warn(`${name} is set, but has no effect in this version`);
  const engine = await openDatabase(config);
  try {
    await prepareDatabase(engine, {
      nowMs: hostClock.now(),
      log: { info: (text) => logger.info(text), warn: (text) => logger.warn(text) },
      uri: config.database.kind === 'postgres' ? config.database.url : `sqlite:///${config.database.path}`,
    });
  } catch (error) {
    await engine.close();
    throw error;
  }
  const serverId = randomIds.uuid();
  const artifacts = await openFilesystemArtifactStore({
    root: config.artifactRoot,
    serverId,
    sweepAll: config.database.kind === 'sqlite',
  });
  const deps: Deps = {
    store: createStore(engine),
    artifacts,
    clock: hostClock,
    ids: randomIds,
    digests: hostDigests,
  };
  const { app, routes } = await createServer({
    deps,
    version: programVersion(),
    authenticate: async () => LOCAL_ACTOR,
    allowedHosts: config.allowedHosts,
    allowedOrigins: config.allowedOrigins,
    logger,
  });
  const jobs = startBackgroundJobs(deps, { serverId, log: logger });
  return {
    app,
    routes,
    deps,
    async close() {
      await app.close();
      await jobs.stop();
      await deps.store.close();
    },
  };
}

/** The driver of PostgreSQL is loaded only where it is used: it costs a part of the start. */
async function openDatabase({ database }: Config): Promise<Engine> {
  if (database.kind === 'postgres') {
    const { openPostgres } = await import('./store/dialect.postgres.ts');
    return openPostgres(database.url);
  }
  if (database.path !== ':memory:') mkdirSync(dirname(database.path), { recursive: true });
  return openSqlite(database.path);
}

/** The version in the package's own manifest. */
export function programVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
