import type { WebhookDelivery } from '../operations/ports/webhook-delivery.ts';
import type { Deps } from '../operations/ports.ts';
import {
  claimDelivery,
  deliver,
  nextDeliveryMs,
  releaseDeliveries,
  sweepDeliveries,
} from '../operations/webhook-delivery.ts';
import type { Job, JobLog } from './runner.ts';
import type { Signal } from './signal.ts';

export interface DeliveryOptions {
  /** Notified when a commit of this process left something to send. */
  readonly waiting: Signal;
  /** How many requests may be under way at once. */
  readonly lanes: number;
  /** Whether no other server is on the database. */
  readonly alone: boolean;
  readonly log: Pick<JobLog, 'error'>;
}

const SWEEP_EVERY_MS = 3_600_000;
/** The stop of the server waits no more than 2 s for jobs. */
const STOP_PATIENCE_MS = 1_000;
/** Somebody else was faster; what is due shows again soon. */
const LEAST_PAUSE_MS = 250;

/**
 * Sends what waits for webhooks. A turn only fills the free lanes; each request ends on its own and wakes the
 * next turn, so that a slow receiver holds up nobody else.
 */
export function deliverWebhooks({ waiting, lanes, alone, log }: DeliveryOptions): Job {
  const underWay = new Set<Promise<void>>();
  const stopping = new AbortController();
  let sweptAtMs = Number.NEGATIVE_INFINITY;
  let begun = !alone;

  async function send(deps: Deps, claim: WebhookDelivery): Promise<void> {
    const about = {
      webhook: claim.webhookId,
      event: `${claim.entity}.${claim.action}`,
      attempt: claim.attempt,
    };
    try {
      const result = await deliver(deps, claim, stopping.signal);
      if (result.kind === 'given_up')
        log.error({ ...about, reason: result.reason }, 'a webhook was given up');
      if (result.kind === 'postponed')
        log.error({ ...about, reason: result.reason }, 'a webhook was not delivered; it is tried again');
    } catch (error) {
      log.error({ ...about, err: error }, 'a webhook was not concluded; it is tried again');
    }
  }

  async function fillLanes(deps: Deps): Promise<void> {
    while (underWay.size < lanes && !stopping.signal.aborted) {
      const claim = await claimDelivery(deps);
      if (claim === null) return;
      const sending = send(deps, claim).then(() => {
        underWay.delete(sending);
        waiting.notify();
      });
      underWay.add(sending);
    }
  }

  return {
    name: 'deliver-webhooks',
    waiting,
    async turn(deps) {
      if (!begun) await releaseDeliveries(deps);
      begun = true;
      const nowMs = deps.clock.now();
      if (nowMs - sweptAtMs >= SWEEP_EVERY_MS) {
        await sweepDeliveries(deps);
        sweptAtMs = nowMs;
      }
      const dueMs = await nextDeliveryMs(deps);
      if (dueMs === null) return { more: false };
      if (dueMs <= nowMs) await fillLanes(deps);
      // With all lanes taken the next to end wakes us.
      if (underWay.size >= lanes) return { more: false };
      const nextMs = dueMs <= nowMs ? await nextDeliveryMs(deps) : dueMs;
      return nextMs === null
        ? { more: false }
        : { more: false, pauseMs: Math.max(LEAST_PAUSE_MS, nextMs - deps.clock.now()) };
    },
    async stop() {
      const patience = setTimeout(() => stopping.abort(), STOP_PATIENCE_MS);
      await Promise.all(underWay);
      clearTimeout(patience);
    },
  };
}
