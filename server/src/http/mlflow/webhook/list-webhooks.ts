import { encodeOffsetToken, parseOffsetToken } from '../../../domain/search/page-token.ts';
import { listWebhooks } from '../../../operations/webhook.ts';
import { door } from '../door.ts';
import { int32, message, string } from '../proto-json.ts';
import { renderWebhook } from './render-webhook.ts';

const DEFAULT_LIMIT = 100;

const REQUEST = message({ max_results: int32(), page_token: string() });

export const listWebhooksDoor = door('listWebhooks', REQUEST, async (deps, actor, input) => {
  const { items, nextOffset } = await listWebhooks(deps, actor, {
    // MLflow: 0 is the default, too.
    limit: input.max_results || DEFAULT_LIMIT,
    offset: parseOffsetToken(input.page_token ?? ''),
  });
  return {
    webhooks: items.length === 0 ? undefined : items.map(renderWebhook),
    next_page_token: nextOffset === null ? undefined : encodeOffsetToken(nextOffset),
  };
});
