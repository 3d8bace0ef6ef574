import type { Webhook } from '../../../domain/webhook.ts';

/** MLflow's `Webhook`; it has no secret. */
export function renderWebhook(webhook: Webhook) {
  return {
    webhook_id: webhook.webhookId,
    name: webhook.name,
    // MLflow: an empty description is not shown.
    description: webhook.description || undefined,
    url: webhook.url,
    events: webhook.events.map(({ entity, action }) => ({
      entity: entity.toUpperCase(),
      action: action.toUpperCase(),
    })),
    status: webhook.status,
    creation_timestamp: webhook.createdAtMs ?? undefined,
    last_updated_timestamp: webhook.updatedAtMs ?? undefined,
  };
}
