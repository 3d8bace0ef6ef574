import { deleteWebhook } from '../../../operations/webhook.ts';
import { door } from '../door.ts';
import { message, pathParameter } from '../proto-json.ts';

const REQUEST = message({ webhook_id: pathParameter() });

export const deleteWebhookDoor = door('deleteWebhook', REQUEST, (deps, actor, input) =>
  deleteWebhook(deps, actor, input.webhook_id),
);
