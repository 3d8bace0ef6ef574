import { logBatch } from '../../../operations/run-data.ts';
import { door } from '../door.ts';
import { METRIC, toNewMetric } from '../metric/metric-message.ts';
import { message, repeated, requiredString, string } from '../proto-json.ts';
import { toTags } from '../tag-message.ts';

const KEY_VALUE = message({ key: requiredString(), value: string() });

const REQUEST = message({
  run_id: requiredString(),
  metrics: repeated(METRIC),
  params: repeated(KEY_VALUE),
  tags: repeated(KEY_VALUE),
});

export const logBatchDoor = door('logBatch', REQUEST, (deps, actor, input) =>
  logBatch(deps, actor, {
    runId: input.run_id,
    metrics: input.metrics.map(toNewMetric),
    params: toTags(input.params),
    tags: toTags(input.tags),
  }),
);
