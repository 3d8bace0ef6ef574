import { tryWebhook } from '../../../operations/webhook-trial.ts';
import { door } from '../door.ts';
import { message, nested, pathParameter } from '../proto-json.ts';
import { EVENT, toWebhookEvent } from './webhook-message.ts';

const REQUEST = message({ webhook_id: pathParameter(), event: nested(EVENT) });

export const testWebhookDoor = door('testWebhook', REQUEST, async (deps, actor, input) => {
  const trial = await tryWebhook(deps, actor, {
    webhookId: input.webhook_id,
    event: input.event === undefined ? null : toWebhookEvent(input.event),
  });
  return {
    result: {
      success: trial.success,
      response_status: trial.status ?? undefined,
      // MLflow: the whole answer. Ours shows nothing, or its beginning, as the operator wants it.
      response_body: trial.status === null ? undefined : trial.body,
      error_message: trial.error ?? undefined,
    },
  };
});
