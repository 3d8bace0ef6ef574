import type { Page } from '../../domain/page.ts';
import type { Webhook, WebhookEvent, WebhookStatus } from '../../domain/webhook.ts';

export interface WebhookReader {
  /** A deleted one is absent. */
  find(webhookId: string): Promise<Webhook | null>;
  /** Newest first. */
  list(page: { limit: number; offset: number }): Promise<Page<Webhook>>;
  /** What is needed to send to it. */
  findTarget(webhookId: string): Promise<WebhookTarget | null>;
}

export interface WebhookTarget {
  readonly url: string;
  readonly status: WebhookStatus;
  /** As `WebhookSecrets.seal` made it; null: announcements are not signed. */
  readonly sealedSecret: string | null;
}

export interface NewWebhook {
  readonly webhookId: string;
  readonly name: string;
  readonly description: string | null;
  readonly url: string;
  readonly status: WebhookStatus;
  readonly sealedSecret: string | null;
  readonly events: readonly WebhookEvent[];
}

/** What an update changes; undefined stays. */
export interface WebhookChange {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly url?: string | undefined;
  readonly status?: WebhookStatus | undefined;
  readonly sealedSecret?: string | null | undefined;
  readonly events?: readonly WebhookEvent[] | undefined;
}

export interface WebhookWriter extends WebhookReader {
  insert(webhook: NewWebhook, nowMs: number): Promise<void>;
  /** False when there is none. */
  update(webhookId: string, change: WebhookChange, nowMs: number): Promise<boolean>;
  /** The row stays, marked deleted. False when there is none. */
  delete(webhookId: string, nowMs: number): Promise<boolean>;
}

/** Keeps the secrets of webhooks: encrypted as MLflow does, and never given out. */
export interface WebhookSecrets {
  /** The secret as it is stored; null when the server has no key for it. */
  seal(secret: string): string | null;
  /** The HMAC-SHA256 of the text under a sealed secret, in base64. */
  sign(sealedSecret: string, text: string): Signing;
}

type Signing =
  | { readonly kind: 'signed'; readonly signature: string }
  /** MLflow: an empty secret counts as none. */
  | { readonly kind: 'unsigned' }
  /** It was sealed with another key, or there is none. */
  | { readonly kind: 'unreadable' };

/** How webhooks are sent. */
export interface WebhookSettings {
  /** In lower case. */
  readonly schemes: readonly string[];
  readonly deadlineMs: number;
  /** How often a failed request is sent again. */
  readonly retries: number;
  /** Whether a trial answers with the beginning of what the receiver said. */
  readonly showResponse: boolean;
}
