import type { Tracer } from '../operations/ports/tracer.ts';
import type { Deps } from '../operations/ports.ts';
import { endLease } from '../operations/server-lease.ts';
import { adoptModels } from './adopt-models.ts';
import { type DeliveryOptions, deliverWebhooks } from './deliver-webhooks.ts';
import { endRequests } from './end-requests.ts';
import { holdLease } from './hold-lease.ts';
import { noteFileUses } from './note-file-uses.ts';
import { noteRefusals } from './note-refusals.ts';
import { noteTokenUses } from './note-token-uses.ts';
import { placeAuditEvents } from './place-events.ts';
import { retainVersions } from './retain-versions.ts';
import { sealVersions } from './seal-versions.ts';
import { createSignal, type Signal } from './signal.ts';
import { sweepUploads } from './sweep-uploads.ts';
import { traceLineage } from './trace-lineage.ts';
import { verifyVersions } from './verify-versions.ts';

/** One kind of background work; a turn does a bounded piece of it and says whether more is waiting. */
export interface Job {
  readonly name: string;
  /** `pauseMs`: when to look again, if earlier than usual. `gatherMs`: not sooner, whatever is noticed. */
  readonly turn: (deps: Deps) => Promise<{ more: boolean; pauseMs?: number; gatherMs?: number }>;
  /** Ends the pause between turns. */
  readonly waiting?: Signal;
  /** Ends what turns left running. */
  readonly stop?: () => Promise<void>;
}

export interface JobLog {
  debug(detail: object, message: string): void;
  error(detail: object, message: string): void;
}

const IDLE_MS = 15_000;

export interface JobOptions {
  readonly serverId: string;
  readonly log: JobLog;
  readonly webhooks: Omit<DeliveryOptions, 'log'>;
  /** Notified when a commit of this process left an audit event. */
  readonly auditEvents: Signal;
  /** How often the files of each sealed version are read again; 0: never. */
  readonly verifyDays: number;
  /** Null: nothing is traced. */
  readonly tracer?: Tracer | null;
}

export interface BackgroundJobs {
  /** Waits for turns to end. `leaveLease`: not all of this server's work is cleaned up; others are to do it. */
  stop(options?: { leaveLease?: boolean }): Promise<void>;
}

/** Runs the jobs by turns until stopped; a failed turn is logged and tried again later. */
export function startBackgroundJobs(
  deps: Deps,
  { serverId, log, webhooks, auditEvents, verifyDays, tracer = null }: JobOptions,
): BackgroundJobs {
  const jobs: Job[] = [
    holdLease(serverId),
    adoptModels(),
    sealVersions,
    sweepUploads,
    verifyVersions(verifyDays),
    traceLineage(),
    endRequests,
    retainVersions,
    noteTokenUses,
    noteFileUses,
    noteRefusals(deps),
    placeAuditEvents(auditEvents),
    deliverWebhooks({ ...webhooks, log }),
  ];
  const traced = tracer === null ? jobs : jobs.map((job) => tracedJob(job, tracer));
  const stopping = new AbortController();
  const finished = Promise.all(traced.map((job) => work(job, deps, log, stopping.signal)));
  return {
    async stop({ leaveLease = false } = {}) {
      stopping.abort();
      await finished;
      if (!leaveLease) await endLease(deps, serverId);
    },
  };
}

function tracedJob(job: Job, tracer: Tracer): Job {
  const about = { kind: 'job', attributes: { 'registry.job': job.name } } as const;
  return { ...job, turn: (deps) => tracer.span(`job: ${job.name}`, about, () => job.turn(deps)) };
}

async function work(job: Job, deps: Deps, log: JobLog, signal: AbortSignal): Promise<void> {
  const waiting = job.waiting ?? createSignal();
  while (!signal.aborted) {
    const { more, pauseMs, gatherMs } = await measuredTurn(job, deps, log).catch((error: unknown) => {
      log.error({ job: job.name, err: error }, 'a background job failed; it is tried again later');
      return { more: false, pauseMs: IDLE_MS, gatherMs: 0 };
    });
    if (more) continue;
    if (gatherMs) await createSignal().wait(gatherMs, signal);
    await waiting.wait(Math.min(pauseMs ?? IDLE_MS, IDLE_MS), signal);
  }
  await job.stop?.();
}

async function measuredTurn(job: Job, deps: Deps, log: JobLog): ReturnType<Job['turn']> {
  const { telemetry, clock } = deps;
  const startedAtMs = performance.now();
  let isOk = false;
  telemetry.jobBegan(job.name);
  try {
    const result = await job.turn(deps);
    isOk = true;
    return result;
  } finally {
    const seconds = (performance.now() - startedAtMs) / 1_000;
    telemetry.jobEnded(job.name, { isOk, seconds, nowMs: clock.now() });
    log.debug({ job: job.name, duration_ms: Math.round(seconds * 1e6) / 1_000 }, 'job');
  }
}
