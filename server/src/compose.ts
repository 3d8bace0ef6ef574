import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { type Logger, pino } from 'pino';
import { openFilesystemArtifactStore } from './artifacts/filesystem.ts';
import type { Config } from './config/config.ts';
import { LOCAL_ACTOR } from './domain/actor.ts';
import { subjectNameKey } from './domain/subject.ts';
import { createEgress } from './egress/egress.ts';
import { countedAttempts } from './host/attempts.ts';
import { auditSignerOfFile, verifySignature } from './host/audit-key.ts';
import { checkpointFolder } from './host/checkpoint-folder.ts';
import { hostClock } from './host/clock.ts';
import { collectedUses } from './host/collected-uses.ts';
import { within } from './host/deadline.ts';
import { hostDigests } from './host/digests.ts';
import { randomIds } from './host/ids.ts';
import { argonPasswords } from './host/passwords.ts';
import { countedRefusals } from './host/refusals.ts';
import { rememberedPasswords } from './host/verified-passwords.ts';
import { webhookSecrets } from './host/webhook-secrets.ts';
import { hostYaml } from './host/yaml.ts';
import type { Authenticate } from './http/plugins/actor.ts';
import type { Draining } from './http/plugins/draining.ts';
import { createServer } from './http/server.ts';
import { OIDC_CALLBACK } from './http/v1/session/finish-oidc.ts';
import { type BackgroundJobs, startBackgroundJobs } from './jobs/runner.ts';
import { createSignal } from './jobs/signal.ts';
import { authenticate } from './operations/authentication.ts';
import { bootstrapAdmin, hasAdmin } from './operations/bootstrap.ts';
import type { ArtifactStore } from './operations/ports/artifact-store.ts';
import type { CheckpointSink } from './operations/ports/checkpoint-sink.ts';
import type { DatabaseInspector } from './operations/ports/database.ts';
import type { IdentityProvider } from './operations/ports/identity-provider.ts';
import type { RetentionSettings } from './operations/ports/retention-settings.ts';
import type { Deps } from './operations/ports.ts';
import { recordSettings } from './operations/settings-record.ts';
import { openSqlite } from './store/dialect.sqlite.ts';
import type { Engine } from './store/dialect.ts';
import { createInspector } from './store/schema/inspector.ts';
import { prepareDatabase } from './store/schema/open.ts';
import { openFileToLook, refuseUnusableFile } from './store/schema/sqlite-file.ts';
import { createStore } from './store/store.ts';

/** How to stop: what is under way may take `drainMs`, or ends as soon as `hurry` is raised. */
interface StopOptions {
  readonly drainMs?: number;
  readonly hurry?: AbortSignal;
}

/** All of them together stay below the 30 s that supervisors give a program before they kill it. */
const DRAIN_MS = 18_000;
const STEP_MS = 2_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The longest that a stop takes; supervisors (docker-compose.yml, k8s) must give it more. */
export const STOP_LIMIT_MS = DRAIN_MS + 4 * STEP_MS;

/** The running parts. `close` stops them in order; what is under way is finished first. Nothing makes it hang. */
export interface Running {
  readonly app: FastifyInstance;
  readonly routes: readonly RouteOptions[];
  readonly deps: Deps;
  close(options?: StopOptions): Promise<void>;
}

/**
 * Config → running parts, not yet listening. The only place that sees every floor.
 * `wrap` may put something around what operations are given.
 * @throws DatabaseRefused when the database cannot be used.
 */
export async function compose(config: Config, wrap: (deps: Deps) => Deps = (deps) => deps): Promise<Running> {
  const logger = pino({
    level: config.logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
  const uri = databaseUri(config);
  if (config.database.kind === 'sqlite') await refuseUnusableFile(config.database.path);
  const engine = await openPreparedDatabase(config, (engine) =>
    prepareDatabase(engine, {
      nowMs: hostClock.now(),
      log: { info: (text) => logger.info(text), warn: (text) => logger.warn(text) },
      uri,
    }),
  );
  const serverId = randomIds.uuid();
  // Servers that share artifacts share a database, and SQLite has one server.
  const artifacts = await openArtifacts(config, { serverId, sweepAll: config.database.kind === 'sqlite' });
  const waiting = { deliveries: createSignal(), events: createSignal() };
  const deps = wrap({
    ...hostParts(config),
    checkpointSink: await openCheckpointSink(config),
    identityProvider: await openIdentityProvider(config),
    store: createStore(engine, { onLeft: (left) => waiting[left].notify() }),
    artifacts,
    serverId,
  });
  await recordSettings(deps);
  if (config.auth !== 'none') await welcomeAdmin(config, deps, logger);
  const { app, routes, draining } = await createServer({
    deps,
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
    webhooks: {
      waiting: waiting.deliveries,
      lanes: config.webhookLanes,
      alone: config.database.kind === 'sqlite',
    },
  });
  return {
    app,
    routes,
    deps,
    close: (options = {}) => stopInOrder({ app, draining, jobs, deps, logger }, options),
  };
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

/** Files of models are none of most commands' business. */
const NO_ARTIFACTS = {} as ArtifactStore;

/**
 * What commands work with: the database of the config, also while servers run on it; files of models only for those that
 * read them. What servers have under way there is never swept.
 */
export async function openForCommands(
  config: Config,
  { readsFiles }: { readonly readsFiles: boolean },
): Promise<{ deps: Deps; close: () => Promise<void> }> {
  const serverId = 'command-line';
  const nothing = () => undefined;
  const uri = databaseUri(config);
  if (config.database.kind === 'sqlite') await refuseUnusableFile(config.database.path);
  const engine = await openPreparedDatabase(config, (opened) =>
    prepareDatabase(opened, { nowMs: hostClock.now(), log: { info: nothing, warn: nothing }, uri }),
  );
  const store = createStore(engine, { onLeft: nothing });
  const deps: Deps = {
    ...hostParts(config),
    store,
    artifacts: readsFiles ? await openArtifacts(config, { serverId, sweepAll: false }) : NO_ARTIFACTS,
    checkpointSink: await openCheckpointSink(config),
    identityProvider: null,
    serverId,
  };
  return { deps, close: () => store.close() };
}

/** For a log that is away from its database. */
export const PROOF_TOOLS = { digests: hostDigests, verifySignature };

/** What the machine and the settings give. */
function hostParts(
  config: Config,
): Omit<Deps, 'store' | 'artifacts' | 'checkpointSink' | 'identityProvider' | 'serverId'> {
  return {
    clock: hostClock,
    ids: randomIds,
    digests: hostDigests,
    yaml: hostYaml,
    passwords: argonPasswords(),
    attempts: countedAttempts(),
    verified: rememberedPasswords(),
    tokenUses: collectedUses(),
    fileUses: collectedUses(),
    refusals: countedRefusals(),
    governance: { requireApproval: config.requireApproval, baseUrl: config.baseUrl },
    retention: retentionSettings(config),
    signInRules: {
      isOff: config.auth === 'none',
      passwords: config.auth !== 'oidc' || config.oidcLocalSignIn,
      productionApprovers: new Set(config.productionApprovers.map(subjectNameKey)),
      groupRoles: config.oidcGroupRoles,
    },
    auditSigner: auditSignerOfFile(config.auditKeyFile),
    ...webhookParts(config),
  };
}

function retentionSettings(config: Config): RetentionSettings {
  return {
    periods: {
      development: config.retentionDevelopmentDays * DAY_MS,
      staging: config.retentionStagingDays * DAY_MS,
      production: config.retentionProductionDays * DAY_MS,
      archived: config.retentionArchivedDays * DAY_MS,
    },
    purge: config.retentionPurge,
    graceMs: config.retentionGraceHours * HOUR_MS,
    maxShare: config.retentionMaxShare,
  };
}

interface Parts {
  readonly app: FastifyInstance;
  readonly draining: Draining;
  readonly jobs: BackgroundJobs;
  readonly deps: Deps;
  readonly logger: Logger;
}

/** Requests, then what they leave to others, then what all of them stand on. */
async function stopInOrder(parts: Parts, { drainMs = DRAIN_MS, hurry }: StopOptions): Promise<void> {
  const { app, draining, jobs, deps, logger } = parts;
  logger.info('stopping');
  draining.begin();
  if (!(await within(draining.settled(), drainMs, hurry))) logger.warn('requests under way are cut');
  const step = (work: Promise<unknown>) =>
    within(work, STEP_MS).catch((error: unknown) => {
      logger.warn({ err: error }, 'a part did not stop in order');
      return false;
    });
  await step(app.close());
  // Uploads that were cut clean up after themselves; what they could not, another server does.
  const isClean = await step(draining.settled());
  await step(jobs.stop({ leaveLease: !isClean }));
  await step(deps.store.close());
  logger.info('stopped');
}

/** What it takes to send to webhooks. */
function webhookParts(config: Config): Pick<Deps, 'egress' | 'webhooks' | 'webhookSecrets'> {
  const { webhookSchemes: schemes, webhookTimeoutSeconds, webhookRetries: retries } = config;
  return {
    egress: createEgress({ schemes, allowPrivate: config.webhookAllowPrivate }),
    webhookSecrets: webhookSecrets(config.webhookKey ?? null),
    webhooks: {
      schemes,
      retries,
      deadlineMs: webhookTimeoutSeconds * 1_000,
      showResponse: config.webhookShowResponse,
    },
  };
}

/** The AWS SDK, too, is loaded only where it is used. */
async function openArtifacts(
  config: Config,
  user: { readonly serverId: string; readonly sweepAll: boolean },
): Promise<ArtifactStore> {
  const { artifactRoot: root } = config;
  if (root.kind === 'folder') return openFilesystemArtifactStore({ root: root.path, ...user });
  const { openS3ArtifactStore } = await import('./artifacts/s3.ts');
  return openS3ArtifactStore({ ...s3Options(config, root), ...user });
}

/** How buckets are talked to, whatever is kept there. */
function s3Options(config: Config, place: { readonly bucket: string; readonly prefix: string }) {
  const { s3AccessKeyId, s3SecretAccessKey, s3SessionToken } = config;
  const credentials = {
    accessKeyId: s3AccessKeyId ?? '',
    secretAccessKey: s3SecretAccessKey ?? '',
    ...(s3SessionToken === undefined ? {} : { sessionToken: s3SessionToken }),
  };
  return {
    bucket: place.bucket,
    prefix: place.prefix,
    endpoint: config.s3Endpoint ?? null,
    region: config.s3Region ?? null,
    credentials: s3AccessKeyId === undefined ? null : credentials,
    ignoreTls: config.s3IgnoreTls,
    addressing: config.s3Addressing,
    bucketOwner: config.s3BucketOwner ?? null,
    uploadArgs: config.s3UploadArgs,
    now: hostClock.now,
  };
}

async function openCheckpointSink(config: Config): Promise<CheckpointSink | null> {
  const place = config.auditCheckpointSink;
  if (place === undefined) return null;
  if (place.kind === 'folder') return checkpointFolder(place.path);
  const { openCheckpointBucket } = await import('./artifacts/s3-checkpoints.ts');
  return openCheckpointBucket({ ...s3Options(config, place), serverId: 'checkpoints', sweepAll: false });
}

/** Nothing is asked yet: the provider may be away while the server starts. */
async function openIdentityProvider(config: Config): Promise<IdentityProvider | null> {
  if (config.auth !== 'oidc' || config.oidcIssuer === undefined) return null;
  const { openIdProvider } = await import('./identity/openid-connect.ts');
  return openIdProvider({
    issuer: config.oidcIssuer,
    clientId: config.oidcClientId ?? null,
    clientSecret: config.oidcClientSecret ?? null,
    audience: config.oidcAudience ?? null,
    groupsClaim: config.oidcGroupsClaim,
    redirectUri: `${config.baseUrl}${OIDC_CALLBACK}`,
    now: hostClock.now,
  });
}

type Prepare = (engine: Engine) => Promise<unknown>;

/** The driver of PostgreSQL is loaded only where it is used: it costs a part of the start. */
async function openPreparedDatabase({ database }: Config, prepare: Prepare): Promise<Engine> {
  if (database.kind === 'postgres') {
    const { openPostgres, PATIENCE } = await import('./store/dialect.postgres.ts');
    // An index on a large table takes longer than any request may.
    const preparing = openPostgres(database.url, { ...PATIENCE, statementMs: null });
    await prepare(preparing).finally(() => preparing.close());
    return openPostgres(database.url);
  }
  if (database.path !== ':memory:') mkdirSync(dirname(database.path), { recursive: true });
  const engine = openSqlite(database.path);
  try {
    await prepare(engine);
  } catch (error) {
    await engine.close();
    throw error;
  }
  return engine;
}

/** Looks at the database of the config without writing. @throws DatabaseRefused when it cannot be read. */
export async function inspectDatabaseOf(config: Config): Promise<DatabaseInspector> {
  const { database } = config;
  const uri = databaseUri(config);
  if (database.kind === 'sqlite') {
    const exists = database.path !== ':memory:' && existsSync(database.path);
    return createInspector({ engine: exists ? openFileToLook(database.path) : null, uri });
  }
  const { openPostgresReadOnly } = await import('./store/postgres-read-only.ts');
  return createInspector({ engine: openPostgresReadOnly(database.url), uri });
}

function databaseUri({ database }: Config): string {
  return database.kind === 'postgres' ? database.url : `sqlite:///${database.path}`;
}

/** The version in the package's own manifest. */
export function programVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
