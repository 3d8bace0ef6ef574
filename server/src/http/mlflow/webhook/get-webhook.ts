import { getWebhook } from '../../../operations/webhook.ts';
import { door } from '../door.ts';
import { message, pathParameter } from '../proto-json.ts';
import { renderWebhook } from './render-webhook.ts';

const REQUEST = message({ webhook_id: pathParameter() });

export const getWebhookDoor = door('getWebhook', REQUEST, async (deps, actor, input) => ({
  webhook: renderWebhook(await getWebhook(deps, actor, input.webhook_id)),
}));
