import type { Server } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { within } from '../host/deadline.ts';
import type { Draining } from '../http/plugins/draining.ts';
import type { BackgroundJobs } from '../jobs/runner.ts';
import type { Deps } from '../operations/ports.ts';

/** How to stop: what is under way may take `drainMs`, or ends as soon as `hurry` is raised. */
export interface StopOptions {
  readonly drainMs?: number;
  readonly hurry?: AbortSignal;
}

/** All of them together stay below the 30 s that supervisors give a program before they kill it. */
const DRAIN_MS = 18_000;
const STEP_MS = 2_000;
/** The longest that a stop takes; supervisors (docker-compose.yml, k8s) must give it more. */
export const STOP_LIMIT_MS = DRAIN_MS + 5 * STEP_MS;

interface Parts {
  readonly app: FastifyInstance;
  readonly metricsServer: Server | null;
  readonly draining: Draining;
  readonly jobs: BackgroundJobs;
  /** What tells others of this server. */
  readonly reporters: readonly { stop(): Promise<void> }[];
  readonly deps: Deps;
  readonly logger: Logger;
}

/** Requests, then what they leave to others, then what all of them stand on. */
export async function stopInOrder(parts: Parts, { drainMs = DRAIN_MS, hurry }: StopOptions): Promise<void> {
  const { app, metricsServer, draining, jobs, reporters, deps, logger } = parts;
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
  // With the figures of the end; while the database is still there.
  await step(Promise.all(reporters.map((reporter) => reporter.stop())));
  metricsServer?.close();
  metricsServer?.closeAllConnections();
  await step(deps.store.close());
  logger.info('stopped');
}
