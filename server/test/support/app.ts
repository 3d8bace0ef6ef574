import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { openFilesystemArtifactStore } from '../../src/artifacts/filesystem.ts';
import { type Actor, LOCAL_ACTOR } from '../../src/domain/actor.ts';
import { hostDigests } from '../../src/host/digests.ts';
import { hostYaml } from '../../src/host/yaml.ts';
import { createServer } from '../../src/http/server.ts';
import { createLogger } from '../../src/logging/logger.ts';
import { authenticate } from '../../src/operations/authentication.ts';
import type { Tracer } from '../../src/operations/ports/tracer.ts';
import type { Deps } from '../../src/operations/ports.ts';
import { measureOf } from '../../src/operations/telemetry.ts';
import { type TestClock, testClock, testIds } from './owned.ts';
import { signInParts } from './sign-in.ts';
import { type OpenStore, type StoreTarget, storeTargets } from './store-targets.ts';
import { type TestWebhooks, testWebhooks } from './webhooks.ts';

/** The whole server in process, with an artifact folder of its own and a clock that the test moves. */
export interface TestApp extends AsyncDisposable {
  readonly app: FastifyInstance;
  readonly routes: readonly RouteOptions[];
  readonly deps: Deps;
  readonly clock: TestClock;
  readonly database: OpenStore;
  /** The artifact root. */
  readonly root: string;
  /** Every line logged so far. */
  readonly log: readonly string[];
  /** Who asks from now on. */
  actAs(actor: Actor): void;
  /** Listens on a free port of 127.0.0.1, for tests that need a socket. */
  listen(): Promise<number>;
  close(): Promise<void>;
}

export interface TestAppOptions {
  readonly target?: StoreTarget;
  readonly allowedHosts?: readonly string[];
  readonly allowedOrigins?: readonly string[];
  readonly maxConnections?: number;
  readonly webhooks?: TestWebhooks;
  /** Requests must say who sends them. */
  readonly signIn?: boolean;
  /** What operations are given instead of what tests have. */
  readonly parts?: Partial<Deps>;
  readonly tracer?: Tracer;
  readonly logLevel?: 'debug' | 'info';
}

export async function testApp(options: TestAppOptions = {}): Promise<TestApp> {
  const target = options.target ?? storeTargets[0];
  if (target === undefined) throw new Error('no store target');
  const database = await target.open();
  const folder = mkdtempSync(join(tmpdir(), 'registry-app-'));
  const root = join(folder, 'artifacts');
  const clock = testClock();
  const log: string[] = [];
  let actor = LOCAL_ACTOR;
  const deps: Deps = {
    store: database.store,
    artifacts: await openFilesystemArtifactStore({ root, serverId: 'test', sweepAll: true }),
    clock,
    ids: testIds(),
    digests: hostDigests,
    yaml: hostYaml,
    ...signInParts(),
    serverId: 'test',
    ...(options.webhooks ?? testWebhooks()),
    ...options.parts,
  };
  const { app, routes } = await createServer({
    deps,
    version: '0.0.0-test',
    authenticate: options.signIn
      ? (shown, client) => authenticate(deps, shown, client)
      : async (_shown, client) => ({ ...actor, client }),
    allowedHosts: options.allowedHosts ?? [],
    allowedOrigins: options.allowedOrigins ?? [],
    maxConnections: options.maxConnections ?? 10_000,
    measure: measureOf(deps),
    tracer: options.tracer ?? null,
    logger: createLogger({
      level: options.logLevel ?? 'info',
      destination: { write: (line: string) => void log.push(line) },
    }),
  });
  await app.ready();
  const close = async () => {
    await app.close();
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    app,
    routes,
    deps,
    clock,
    database,
    root,
    log,
    actAs: (next) => {
      actor = next;
    },
    async listen() {
      await app.listen({ port: 0, host: '127.0.0.1' });
      const address = app.server.address();
      return typeof address === 'object' && address !== null ? address.port : 0;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
