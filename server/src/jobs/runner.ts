import type { Deps } from '../operations/ports.ts';
import { endLease } from '../operations/server-lease.ts';
import { adoptModels } from './adopt-models.ts';
import { holdLease } from './hold-lease.ts';
import { sealVersions } from './seal-versions.ts';

/** One kind of background work; a turn does a bounded piece of it and says whether more is waiting. */
export interface Job {
  readonly name: string;
  readonly turn: (deps: Deps) => Promise<{ more: boolean }>;
}

export interface JobLog {
  error(detail: object, message: string): void;
}

const IDLE_MS = 15_000;

/** Runs the jobs by turns until stopped; a failed turn is logged and tried again later. */
export function startBackgroundJobs(
  deps: Deps,
  { serverId, log }: { serverId: string; log: JobLog },
): { stop(): Promise<void> } {
  const jobs = [holdLease(serverId), adoptModels(), sealVersions];
  const stopping = new AbortController();
  const finished = Promise.all(jobs.map((job) => work(job, deps, log, stopping.signal)));
  return {
    async stop() {
      stopping.abort();
      await finished;
      await endLease(deps, serverId);
    },
  };
}

async function work(job: Job, deps: Deps, log: JobLog, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const more = await job.turn(deps).then(
      (result) => result.more,
      (error: unknown) => {
        log.error({ job: job.name, err: error }, 'a background job failed; it is tried again later');
        return false;
      },
    );
    if (!more) await pause(IDLE_MS, signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    timer.unref();
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
