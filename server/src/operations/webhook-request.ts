import type { WebhookEvent } from '../domain/webhook.ts';
import { webhookBody } from '../domain/webhook-payload.ts';
import { parseWebhookUrl } from '../domain/webhook-url.ts';
import type { EgressOutcome } from './ports/egress.ts';
import type { WebhookTarget } from './ports/webhook.ts';
import type { Deps } from './ports.ts';

/** One message for one webhook. */
export interface WebhookMessage {
  readonly deliveryId: string;
  readonly event: WebhookEvent;
  /** JSON. */
  readonly data: string;
  readonly occurredAtMs: number;
}

/** How much of an answer is shown when the operator wants it. */
const SHOWN_BYTES = 1_024;

/**
 * Sends a message as MLflow does: its headers, its body, and, when the webhook has a secret, a signature over
 * `<delivery id>.<unix seconds>.<body>`. Never unsigned because the secret cannot be read.
 * @throws `invalid_argument` for a URL whose scheme is not allowed any more.
 */
export async function sendWebhook(
  deps: Deps,
  target: WebhookTarget,
  message: WebhookMessage & { signal?: AbortSignal },
): Promise<EgressOutcome | { readonly kind: 'unreadable_secret' }> {
  const { schemes, deadlineMs, showResponse } = deps.webhooks;
  const url = parseWebhookUrl(target.url, schemes);
  const body = webhookBody(message.event, message.occurredAtMs, message.data);
  const timestamp = String(Math.floor(deps.clock.now() / 1_000));
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    'X-MLflow-Delivery-Id': message.deliveryId,
    'X-MLflow-Timestamp': timestamp,
  };
  if (target.sealedSecret !== null) {
    const signed = `${message.deliveryId}.${timestamp}.${body}`;
    const signing = deps.webhookSecrets.sign(target.sealedSecret, signed);
    if (signing.kind === 'unreadable') return { kind: 'unreadable_secret' };
    if (signing.kind === 'signed') headers['X-MLflow-Signature'] = `v1,${signing.signature}`;
  }
  const request = { url, headers, body, deadlineMs, keepBytes: showResponse ? SHOWN_BYTES : 0 };
  return deps.egress.post(message.signal === undefined ? request : { ...request, signal: message.signal });
}
