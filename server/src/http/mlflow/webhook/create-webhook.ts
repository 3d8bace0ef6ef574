import { createWebhook } from '../../../operations/webhook.ts';
import { door } from '../door.ts';
import { message, repeated, required, requiredString, string } from '../proto-json.ts';
import { renderWebhook } from './render-webhook.ts';
import { EVENT, statusField, toWebhookEvent } from './webhook-message.ts';

const REQUEST = message({
  name: requiredString(),
  url: requiredString(),
  events: required(repeated(EVENT)),
  description: string(),
  secret: string(),
  status: statusField(),
});

export const createWebhookDoor = door('createWebhook', REQUEST, async (deps, actor, input) => {
  const webhook = await createWebhook(deps, actor, {
    name: input.name,
    url: input.url,
    events: input.events.map(toWebhookEvent),
    description: input.description || null,
    secret: input.secret || null,
    status: input.status ?? 'ACTIVE',
  });
  return { webhook: renderWebhook(webhook) };
});
