import type { WebhookEvent } from '../../domain/webhook.ts';
import type { Announcement } from '../../domain/webhook-payload.ts';

/** Announcements that wait to be sent, one for each webhook that listens; those of one webhook in their order. */
export interface WebhookDeliveryReader {
  /** When the next one may be claimed; null when none waits. */
  nextDueMs(): Promise<number | null>;
  /** Those that were given up, newest first. */
  listFailed(webhookId: string): Promise<FailedDelivery[]>;
}

export interface WebhookDeliveryWriter extends WebhookDeliveryReader {
  /** One row for each active webhook that listens; one statement, however many they are. */
  add(announcement: Announcement, nowMs: number): Promise<void>;
  /**
   * Takes the oldest of some webhook, when it is due, until `untilMs`: nobody else gets it, nor a later one of the
   * same webhook. Counts the attempt. Null when nothing is due.
   */
  claim(nowMs: number, untilMs: number): Promise<WebhookDelivery | null>;
  /** Takes back all claims. Only for a server that is alone on its database, at its start. */
  releaseAll(): Promise<void>;
  /** Sent: the row goes. */
  finish(id: number): Promise<void>;
  /** Gives a claim back for a later attempt. `counted` false: the attempt was none. */
  postpone(claim: WebhookDelivery, dueMs: number, counted: boolean): Promise<void>;
  /** Given up; the row stays for a while. */
  fail(claim: WebhookDelivery, nowMs: number, reason: string): Promise<void>;
  /** Removes what waits for a webhook that is gone or does not listen any more. */
  drop(webhookId: string): Promise<void>;
  /** Removes those announced before an instant, the oldest first, no more than `limit`. */
  sweep(beforeMs: number, limit: number): Promise<void>;
}

export interface WebhookDelivery extends WebhookEvent {
  readonly id: number;
  readonly webhookId: string;
  /** JSON. */
  readonly data: string;
  readonly occurredAtMs: number;
  /** From 1; also tells an older claim from a newer one. */
  readonly attempt: number;
}

interface FailedDelivery {
  readonly id: number;
  readonly reason: string;
  readonly attempts: number;
  readonly failedAtMs: number;
}
