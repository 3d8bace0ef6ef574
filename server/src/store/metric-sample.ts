import { type RawBuilder, sql } from 'kysely';
import type { MetricReader, RunMetric } from '../operations/ports/metric.ts';
import { hotStatement, parseJsonRows, type StoreContext } from './context.ts';
import type { Dialect, JsonColumn } from './dialect.ts';
import { exactText, fromExactText } from './exact-integer.ts';
import { jsonTableText } from './json-table.ts';
import { toBoolean } from './schema/columns.ts';

/** Runs sampled by one statement: on SQLite nothing else is answered meanwhile. */
const RUNS_AT_ONCE = 5;
const ALL_ROWS = sql`9223372036854775807`;

const RUN: readonly JsonColumn[] = [['run_uuid', 'text']];
const POINT = ['value', 'time', 'at_step', 'is_nan'] as const;

/** A point in the JSON of a statement. */
type PointCells = [value: number, time: string, step: string, isNan: boolean | number];

interface RunsQuery {
  readonly workspace: string;
  /** JSON, see `RUN`. */
  readonly runs: string;
  readonly key: string;
  readonly limit: number;
}

interface SampleQuery extends RunsQuery {
  readonly first: number | bigint;
  readonly last: number | bigint;
}

interface RunPoints {
  readonly run_uuid: string;
  readonly points: string;
}

type Value<P> = (name: keyof P & string) => RawBuilder<unknown>;

/** How many points each run has, counted up to the limit. */
const countPoints = hotStatement<RunsQuery, { run_uuid: string; n: number }>(
  (dialect, value) => sql`
    select j.run_uuid, (select count(*) from (select 1 as one from metrics m
      where m.run_uuid = j.run_uuid and m.key = ${value('key')}
      order by m.timestamp, m.step, m.value limit ${value('limit')}) as counted) as n
    from ${ofWorkspace(dialect, value)}`,
);

const histories = hotStatement<RunsQuery, RunPoints>((dialect, value) => {
  const points = sql`(
    select m.value, ${exactText('m.timestamp')} as time, ${exactText('m.step')} as at_step, m.is_nan
    from metrics m where m.run_uuid = j.run_uuid and m.key = ${value('key')}
    order by m.timestamp, m.step, m.value limit ${value('limit')})`;
  return sql`
    select j.run_uuid, ${dialect.jsonLists(points, POINT)} as points from ${ofWorkspace(dialect, value)}`;
});

/** The same within steps; only asked for with them, so that the whole history stays an index's range. */
const samples = { all: sampleStatement(false), within: sampleStatement(true) };

/**
 * MLflow: NTILE's shares, of which the first rows count (n rows in k shares: the first n % k of them have one row
 * more), and the last row of all. Which rows these are follows from their number, so the rows are sorted once.
 */
function sampleStatement(isWithin: boolean) {
  return hotStatement<SampleQuery, RunPoints>((dialect, value) => {
    const of = (runId: RawBuilder<unknown>) => {
      const steps = isWithin ? sql`and m.step >= ${value('first')} and m.step <= ${value('last')}` : sql``;
      return sql`m.run_uuid = ${runId} and m.key = ${value('key')} ${steps}`;
    };
    // In the index's order and with a limit, or SQLite takes an index that leads through all runs.
    const history = sql`(select m.value, m.timestamp, m.step, m.is_nan from metrics m
      where ${of(sql`c.run_uuid`)} order by m.timestamp, m.step, m.value limit ${ALL_ROWS})`;
    const numbered = sql`(select h.*, row_number() over (order by h.step, h.timestamp, h.value, h.is_nan) - 1 as i
      from ${history} as h)`;
    const picked = sql`(
      select p.value, ${exactText('p.timestamp')} as time, ${exactText('p.step')} as at_step, p.is_nan
      from ${numbered} as p
      where p.i = c.n - 1 or case when p.i < c.greater * (c.share + 1) then p.i % (c.share + 1) = 0
        else (p.i - c.greater * (c.share + 1)) % c.share = 0 end
      order by p.i)`;
    const count = sql`(select count(*) from metrics m where ${of(sql`j.run_uuid`)})`;
    return sql`
      with counted as materialized (
        select j.run_uuid, ${count} as n from ${ofWorkspace(dialect, value)}),
      shared as materialized (
        select c.run_uuid, c.n, c.n / cast(${value('limit')} as integer) as share,
          c.n % cast(${value('limit')} as integer) as greater from counted c)
      select c.run_uuid, ${dialect.jsonLists(picked, POINT)} as points from shared c where c.n > 0`;
  });
}

/** The runs asked for that this workspace has, as `j`. */
function ofWorkspace<P extends RunsQuery>(dialect: Dialect, value: Value<P>): RawBuilder<unknown> {
  return sql`${dialect.jsonTable(value('runs'), RUN)} as j
    where exists (select 1 from runs r join experiments e on e.experiment_id = r.experiment_id
      where r.run_uuid = j.run_uuid and e.workspace = ${value('workspace')})`;
}

/** What charts ask for: one metric in several runs. */
export function metricSampleReader(
  context: StoreContext,
): Pick<MetricReader, 'historyOfRuns' | 'sampleHistory'> {
  const { workspace } = context;
  return {
    async historyOfRuns(runIds, key, limit) {
      if (runIds.length === 0 || limit < 1) return [];
      const counted = await countPoints(context, { workspace, runs: runsJson(runIds), key, limit });
      const filling = untilFull(counted, limit);
      if (filling.length === 0) return [];
      const found = await histories(context, { workspace, runs: runsJson(filling), key, limit });
      return inOrder(filling, found, (points, runId) => toRunMetrics(key, runId, points)).slice(0, limit);
    },
    async sampleHistory(runIds, key, { limit, steps }) {
      const { first, last } = steps ?? { first: 0, last: 0 };
      const statement = steps === null ? samples.all : samples.within;
      const sampled: RunMetric[] = [];
      for (let from = 0; from < runIds.length; from += RUNS_AT_ONCE) {
        if (from > 0) await nextTurn();
        const some = [...runIds.slice(from, from + RUNS_AT_ONCE)].sort();
        const found = await statement(context, { workspace, runs: runsJson(some), key, limit, first, last });
        sampled.push(
          ...inOrder(some, found, (points, runId) => toRunMetrics(key, runId, withLastPoint(points, limit))),
        );
      }
      return sampled;
    },
  };
}

/** Lets a server with one thread answer others in between. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function runsJson(runIds: readonly string[]): string {
  return jsonTableText(runIds.map((runId) => [runId]));
}

/** The ids of the first runs that together have `limit` points, or of all that have any. */
function untilFull(counted: readonly { run_uuid: string; n: number | bigint }[], limit: number): string[] {
  const filling: string[] = [];
  let points = 0;
  for (const { run_uuid, n } of counted.toSorted((a, b) => (a.run_uuid < b.run_uuid ? -1 : 1))) {
    if (points >= limit) break;
    if (Number(n) > 0) filling.push(run_uuid);
    points += Number(n);
  }
  return filling;
}

function inOrder(
  runIds: readonly string[],
  found: readonly RunPoints[],
  render: (points: PointCells[], runId: string) => RunMetric[],
): RunMetric[] {
  const byRun = new Map(found.map(({ run_uuid, points }) => [run_uuid, points]));
  return runIds.flatMap((runId) => render(parseJsonRows<PointCells>(byRun.get(runId) ?? '[]'), runId));
}

/** MLflow: the last point is always there; it takes the place of the last share's when there are enough. */
function withLastPoint(points: readonly PointCells[], limit: number): readonly PointCells[] {
  return points.length <= limit ? points : [...points.slice(0, limit - 1), ...points.slice(-1)];
}

function toRunMetrics(key: string, runId: string, points: readonly PointCells[]): RunMetric[] {
  return points.map(([value, time, step, isNan]) => ({
    runId,
    key,
    value: toBoolean(isNan) ? Number.NaN : Number(value),
    timestampMs: fromExactText(time),
    step: fromExactText(step),
  }));
}
