import type { FastifyReply, FastifyRequest } from 'fastify';
import { invalidArgument } from '../../../domain/errors.ts';
import { getMetricHistoryOfRuns, HISTORY_OF_RUNS_LIMIT } from '../../../operations/metric-sample.ts';
import type { RunMetric } from '../../../operations/ports/metric.ts';
import type { Deps } from '../../../operations/ports.ts';
import { queryOf } from '../query.ts';

const RUNS_LIMIT = 100;
const WHOLE_NUMBER = /^[+-]?[0-9]{1,18}$/;

/**
 * The points of a metric in several runs. MLflow: no protobuf message but what Python's `json` writes: keys in
 * order, and NaN as the bare word, which is no JSON; its web UI reads it so.
 */
export async function getMetricHistoryBulk(deps: Deps, request: FastifyRequest, reply: FastifyReply) {
  const query = queryOf(request);
  const runIds = query.getAll('run_id');
  if (runIds.length === 0)
    throw invalidArgument('GetMetricHistoryBulk request must specify at least one run_id.');
  if (runIds.length > RUNS_LIMIT)
    throw invalidArgument(
      `GetMetricHistoryBulk request cannot specify more than ${RUNS_LIMIT} run_ids. Received ${runIds.length} run_ids.`,
    );
  const key = query.get('metric_key');
  if (key === null) throw invalidArgument('GetMetricHistoryBulk request must specify a metric_key.');
  const limit = readLimit(query.get('max_results'));
  const points = await getMetricHistoryOfRuns(deps, request.actor, { runIds, key, limit });
  return reply.type('application/json').send(`{"metrics":[${points.map(pythonJsonOf).join(',')}]}\n`);
}

function readLimit(given: string | null): number {
  if (given === null) return HISTORY_OF_RUNS_LIMIT;
  const limit = WHOLE_NUMBER.test(given) ? Number(given) : -1;
  if (limit < 0) throw invalidArgument('max_results must be a whole number, 0 or more.', 'max_results');
  return limit;
}

function pythonJsonOf({ key, runId, step, timestampMs, value }: RunMetric): string {
  const number = Number.isInteger(value) && Math.abs(value) < 1e16 ? value.toFixed(1) : String(value);
  return `{"key":${JSON.stringify(key)},"run_id":${JSON.stringify(runId)},"step":${step},"timestamp":${timestampMs},"value":${number}}`;
}
