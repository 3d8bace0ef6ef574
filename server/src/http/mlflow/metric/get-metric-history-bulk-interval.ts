import { invalidArgument } from '../../../domain/errors.ts';
import { sampleMetricHistory } from '../../../operations/metric-sample.ts';
import { readDoor } from '../door.ts';
import { SEE_DOCS } from '../proto-json/refusal.ts';
import {
  type Field,
  int64,
  message,
  repeatedStrings,
  required,
  requiredString,
  withDefault,
} from '../proto-json.ts';
import { renderMetric } from './render-metric.ts';

const RUNS_LIMIT = 100;
const POINTS_LIMIT = 2_500;

const REQUEST = message({
  run_ids: checked(required(repeatedStrings()), ({ length }) =>
    length <= RUNS_LIMIT
      ? null
      : `GetMetricHistoryBulkInterval request must specify at most ${RUNS_LIMIT} run_ids. Received ${length} run_ids.`,
  ),
  metric_key: requiredString(),
  start_step: int64(),
  end_step: int64(),
  max_results: checked(withDefault(int64(), POINTS_LIMIT), (limit) =>
    limit >= 1 && limit <= POINTS_LIMIT ? null : `max_results must be between 1 and ${POINTS_LIMIT}.`,
  ),
});

/** What MLflow's charts draw. MLflow: since 3.15 the points are taken by rows and no longer by steps. */
export const getMetricHistoryBulkIntervalDoor = readDoor(
  'getMetricHistoryBulkInterval',
  REQUEST,
  async (deps, actor, input) => {
    const points = await sampleMetricHistory(deps, actor, {
      runIds: input.run_ids,
      key: input.metric_key,
      limit: Number(input.max_results),
      firstStep: input.start_step ?? null,
      lastStep: input.end_step ?? null,
    });
    if (points.length === 0) return {};
    return { metrics: points.map((point) => ({ ...renderMetric(point), run_id: point.runId })) };
  },
);

/** A field with a rule of its own; the rule gives the sentence of its refusal, or null. */
function checked<T>(field: Field<T>, rule: (value: T) => string | null): Field<T> {
  return {
    ...field,
    read: (given, path) => {
      const value = field.read(given, path);
      const complaint = rule(value);
      if (complaint !== null) throw invalidArgument(`${complaint} ${SEE_DOCS}`, path);
      return value;
    },
  };
}
