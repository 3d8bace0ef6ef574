import type { Actor } from '../domain/actor.ts';
import { isRegistryError } from '../domain/errors.ts';
import type { WebhookEvent } from '../domain/webhook.ts';
import { exampleData } from '../domain/webhook-payload.ts';
import { isTaken } from '../domain/webhook-retry.ts';
import { recordEvent } from './audit.ts';
import { webhookObject } from './audit-object.ts';
import type { Deps } from './ports.ts';
import { authorizeWebhooks, explainRefusal, requireWebhook } from './webhook.ts';
import { sendWebhook } from './webhook-request.ts';

/** What came of a trial; `status` null: nothing answered, and `error` says why. */
export interface WebhookTrial {
  readonly success: boolean;
  readonly status: number | null;
  /** Empty unless the operator lets answers be shown. */
  readonly body: string;
  readonly error: string | null;
}

/**
 * Sends MLflow's example of an event once, of the webhook's first event when none is named; also when the webhook
 * is disabled. @throws `permission_denied`, `resource_not_found`.
 */
export async function tryWebhook(
  deps: Deps,
  actor: Actor,
  input: { webhookId: string; event: WebhookEvent | null },
): Promise<WebhookTrial> {
  authorizeWebhooks(actor, 'manage-webhooks');
  const { webhook, target } = await deps.store.read(async (reader) => ({
    webhook: await requireWebhook(reader, input.webhookId),
    target: await reader.webhooks.findTarget(input.webhookId),
  }));
  const event = input.event ?? webhook.events[0];
  if (target === null || event === undefined) return failed('The webhook has no events.');
  await deps.store.write((writer) =>
    recordEvent(deps, writer, actor, {
      action: 'webhook.test',
      object: webhookObject(webhook),
      after: { event: `${event.entity}.${event.action}` },
    }),
  );
  const message = {
    deliveryId: deps.ids.uuid(),
    event,
    data: exampleData(event),
    occurredAtMs: deps.clock.now(),
  };
  try {
    return trialOf(await sendWebhook(deps, target, message));
  } catch (error) {
    if (isRegistryError(error, 'invalid_argument')) return failed(error.message);
    throw error;
  }
}

function trialOf(outcome: Awaited<ReturnType<typeof sendWebhook>>): WebhookTrial {
  switch (outcome.kind) {
    case 'answered': {
      const { status, body } = outcome;
      const redirects = status >= 300 && status < 400;
      const error = redirects ? 'Failed to test webhook: redirects are not followed.' : null;
      return { success: isTaken(status), status, body, error };
    }
    case 'not_public':
    case 'unresolved':
      return failed(explainRefusal(outcome));
    case 'unreadable_secret':
      return failed(
        'the secret cannot be read with the MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY of this server.',
      );
    case 'failed':
      return failed(outcome.reason);
    case 'aborted':
      return failed('the server is stopping.');
  }
}

function failed(reason: string): WebhookTrial {
  return { success: false, status: null, body: '', error: `Failed to test webhook: ${reason}` };
}
