import { isRegistryError } from '../domain/errors.ts';
import { isRetried, isTaken, parseRetryAfter, retryDelayMs } from '../domain/webhook-retry.ts';
import type { WebhookDelivery } from './ports/webhook-delivery.ts';
import type { Deps } from './ports.ts';
import { explainRefusal } from './webhook.ts';
import { sendWebhook } from './webhook-request.ts';

/** Longer than a request may take: when it has lapsed, whoever claimed is gone. */
const LEASE_MARGIN_MS = 15_000;
/** A secret that cannot be read is the operator's to mend; nothing is lost meanwhile. */
const UNREADABLE_PAUSE_MS = 60_000;
const JITTER_MS = 1_000;
const KEPT_MS = 30 * 24 * 3_600_000;
const SWEPT_AT_ONCE = 1_000;

/** What came of one attempt. `reason` never holds a URL, whose user part may be a password. */
export type DeliveryResult =
  | { readonly kind: 'delivered' | 'dropped' | 'released' }
  | { readonly kind: 'postponed' | 'given_up'; readonly reason: string };

/**
 * Takes back what a server claimed that died since. Only for one that is alone on its database; others wait until
 * claims lapse.
 */
export async function releaseDeliveries(deps: Deps): Promise<void> {
  await deps.store.write((writer) => writer.webhookDeliveries.releaseAll());
}

/** When something will be due; null when nothing waits. */
export async function nextDeliveryMs(deps: Deps): Promise<number | null> {
  return deps.store.read((reader) => reader.webhookDeliveries.nextDueMs());
}

/** Takes the next delivery that is due, for as long as sending it may last. */
export async function claimDelivery(deps: Deps): Promise<WebhookDelivery | null> {
  const leaseMs = deps.webhooks.deadlineMs + LEASE_MARGIN_MS;
  return deps.store.write((writer) => {
    const nowMs = deps.clock.now();
    return writer.webhookDeliveries.claim(nowMs, nowMs + leaseMs);
  });
}

/**
 * Sends a claimed delivery, outside of any unit of work, and notes what came of it. At least once: who dies in
 * between is followed by another, with the same delivery id. An abort gives the claim back.
 */
export async function deliver(
  deps: Deps,
  claim: WebhookDelivery,
  signal: AbortSignal,
): Promise<DeliveryResult> {
  const target = await deps.store.read((reader) => reader.webhooks.findTarget(claim.webhookId));
  if (target === null || target.status !== 'ACTIVE') {
    await deps.store.write((writer) => writer.webhookDeliveries.drop(claim.webhookId));
    return { kind: 'dropped' };
  }
  const message = {
    deliveryId: deliveryIdOf(deps, claim),
    event: { entity: claim.entity, action: claim.action },
    data: claim.data,
    occurredAtMs: claim.occurredAtMs,
    signal,
  };
  try {
    return await conclude(deps, claim, await sendWebhook(deps, target, message));
  } catch (error) {
    if (!isRegistryError(error, 'invalid_argument')) throw error;
    return giveUp(deps, claim, 'The URL is not one that this server sends to.');
  }
}

/** Removes what was kept long enough: failures, and what waited for a webhook that is never there. */
export async function sweepDeliveries(deps: Deps): Promise<void> {
  const beforeMs = deps.clock.now() - KEPT_MS;
  await deps.store.write((writer) => writer.webhookDeliveries.sweep(beforeMs, SWEPT_AT_ONCE));
}

/** A UUID that is the same in every attempt, and never that of another delivery. */
function deliveryIdOf(deps: Deps, { webhookId, id, occurredAtMs }: WebhookDelivery): string {
  const hex = deps.digests.sha256(`${webhookId} ${id} ${occurredAtMs}`);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

async function conclude(
  deps: Deps,
  claim: WebhookDelivery,
  outcome: Awaited<ReturnType<typeof sendWebhook>>,
): Promise<DeliveryResult> {
  const nowMs = deps.clock.now();
  switch (outcome.kind) {
    case 'answered': {
      const { status, retryAfter } = outcome;
      if (isTaken(status)) {
        await deps.store.write((writer) => writer.webhookDeliveries.finish(claim.id));
        return { kind: 'delivered' };
      }
      const reason = `The receiver answered ${status}.`;
      return isRetried(status)
        ? tryAgain(deps, claim, { reason, retryAfterMs: parseRetryAfter(retryAfter, nowMs) })
        : giveUp(deps, claim, reason);
    }
    case 'not_public':
      return giveUp(deps, claim, explainRefusal(outcome));
    case 'unresolved':
      return tryAgain(deps, claim, { reason: explainRefusal(outcome), retryAfterMs: null });
    case 'failed':
      return tryAgain(deps, claim, { reason: outcome.reason, retryAfterMs: null });
    case 'aborted':
      await deps.store.write((writer) => writer.webhookDeliveries.postpone(claim, nowMs, false));
      return { kind: 'released' };
    case 'unreadable_secret': {
      const dueMs = nowMs + UNREADABLE_PAUSE_MS;
      await deps.store.write((writer) => writer.webhookDeliveries.postpone(claim, dueMs, false));
      return {
        kind: 'postponed',
        reason: 'The secret cannot be read with the MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY of this server.',
      };
    }
  }
}

async function tryAgain(
  deps: Deps,
  claim: WebhookDelivery,
  { reason, retryAfterMs }: { reason: string; retryAfterMs: number | null },
): Promise<DeliveryResult> {
  if (claim.attempt > deps.webhooks.retries) return giveUp(deps, claim, reason);
  const delayMs = retryDelayMs(claim.attempt, retryAfterMs) + deps.ids.randomInt(JITTER_MS);
  const dueMs = deps.clock.now() + delayMs;
  await deps.store.write((writer) => writer.webhookDeliveries.postpone(claim, dueMs, true));
  return { kind: 'postponed', reason };
}

async function giveUp(deps: Deps, claim: WebhookDelivery, reason: string): Promise<DeliveryResult> {
  await deps.store.write((writer) => writer.webhookDeliveries.fail(claim, deps.clock.now(), reason));
  return { kind: 'given_up', reason };
}
