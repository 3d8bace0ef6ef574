import { updateWebhook } from '../../../operations/webhook.ts';
import { door } from '../door.ts';
import { message, pathParameter, repeated, string } from '../proto-json.ts';
import { renderWebhook } from './render-webhook.ts';
import { EVENT, statusField, toWebhookEvent } from './webhook-message.ts';

const REQUEST = message({
  webhook_id: pathParameter(),
  name: string(),
  description: string(),
  url: string(),
  events: repeated(EVENT),
  secret: string(),
  status: statusField(),
});

export const updateWebhookDoor = door('updateWebhook', REQUEST, async (deps, actor, input) => {
  const events = input.events.map(toWebhookEvent);
  const webhook = await updateWebhook(deps, actor, {
    webhookId: input.webhook_id,
    // MLflow: an empty name, URL or list of events changes nothing; an empty description or secret does.
    edit: {
      name: input.name || undefined,
      url: input.url || undefined,
      events: events.length === 0 ? undefined : events,
      description: input.description,
      secret: input.secret,
      status: input.status,
    },
  });
  return { webhook: renderWebhook(webhook) };
});
