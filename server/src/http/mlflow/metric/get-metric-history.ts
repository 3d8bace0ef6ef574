import { encodeOffsetToken, parseOffsetToken } from '../../../domain/search/page-token.ts';
import { getMetricHistory } from '../../../operations/metric.ts';
import { readDoor } from '../door.ts';
import { int32, message, requiredRunId, requiredString, string } from '../proto-json.ts';
import { renderMetric } from './render-metric.ts';

const REQUEST = message({
  run_id: requiredRunId(),
  metric_key: requiredString(),
  page_token: string(),
  max_results: int32(),
});

export const getMetricHistoryDoor = readDoor('getMetricHistory', REQUEST, async (deps, actor, input) => {
  const { items, nextOffset } = await getMetricHistory(deps, actor, {
    runId: input.run_id,
    key: input.metric_key,
    limit: input.max_results ?? null,
    offset: parseOffsetToken(input.page_token ?? ''),
  });
  return {
    metrics: items.length === 0 ? undefined : items.map(renderMetric),
    next_page_token: nextOffset === null ? undefined : encodeOffsetToken(nextOffset),
  };
});
