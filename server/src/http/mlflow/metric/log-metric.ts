import { logMetric } from '../../../operations/metric.ts';
import { door } from '../door.ts';
import { message, requiredRunId } from '../proto-json.ts';
import { METRIC_FIELDS, toNewMetric } from './metric-message.ts';

const REQUEST = message({ run_id: requiredRunId(), ...METRIC_FIELDS });

export const logMetricDoor = door('logMetric', REQUEST, (deps, actor, input) =>
  logMetric(deps, actor, { runId: input.run_id, metric: toNewMetric(input) }),
);
