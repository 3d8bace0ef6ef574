import type { Family, Looked, PoolState, Sample, Telemetry } from '../operations/ports/telemetry.ts';
import {
  DATABASE_BOUNDS,
  FIGURES,
  type FigureKey,
  JOB_BOUNDS,
  LOOP_BOUNDS,
  REQUEST_BOUNDS,
} from './figures.ts';
import { byLabels, type Histogram, histogram, observe } from './histogram.ts';
import { processFigures } from './process.ts';

/** What a job did so far. */
interface JobFigures {
  readonly turns: Histogram;
  isRunning: boolean;
  failures: number;
  succeededAtMs: number | null;
}

/** What is kept in memory, from the start of the program on. */
interface Kept {
  readonly requests: ReturnType<typeof byLabels<Histogram>>;
  readonly units: ReturnType<typeof byLabels<Histogram>>;
  readonly statements: Readonly<Record<'read' | 'write' | 'commit', Histogram>>;
  readonly loop: Histogram;
  readonly jobs: Map<string, JobFigures>;
  readonly bytes: { in: number; out: number };
  inFlight: number;
}

/** The figures of one process. */
export function createTelemetry(build: { readonly version: string; readonly engine: string }): Telemetry {
  const kept = keptFigures();
  const { requests, units, statements, loop, jobs, bytes } = kept;
  const jobOf = (name: string): JobFigures => {
    const known = jobs.get(name) ?? newJob();
    jobs.set(name, known);
    return known;
  };
  return {
    requestBegan() {
      kept.inFlight += 1;
    },
    requestEnded(operation, outcome, seconds) {
      kept.inFlight -= 1;
      observe(requests.of(operation, outcome), seconds);
    },
    unitEnded: (kind, outcome, seconds) => observe(units.of(kind, outcome), seconds),
    statementEnded: (kind, seconds) => observe(statements[kind], seconds),
    transferred(direction, count) {
      bytes[direction] += count;
    },
    jobBegan(name) {
      jobOf(name).isRunning = true;
    },
    jobEnded(name, { isOk, seconds, nowMs }) {
      const job = jobOf(name);
      job.isRunning = false;
      observe(job.turns, seconds);
      if (isOk) job.succeededAtMs = nowMs;
      else job.failures += 1;
    },
    loopDelayed: (seconds) => observe(loop, seconds),
    async families(looked) {
      const single = {
        ...(await processFigures()),
        ...backlogFigures(looked),
        requestsInFlight: kept.inFlight,
      };
      const samples: Partial<Record<FigureKey, readonly Sample[]>> = {
        build: [{ labels: [build.version, build.engine], value: 1 }],
        ...keptSamples(kept),
        ...poolSamples(looked.pools),
        ...jobSamples(jobs),
      };
      return (Object.keys(FIGURES) as FigureKey[]).map((key): Family => {
        const value = single[key];
        return {
          ...FIGURES[key],
          samples: value === undefined ? (samples[key] ?? []) : [{ labels: [], value }],
        };
      });
    },
  };
}

function keptFigures(): Kept {
  const ofDatabase = () => histogram(DATABASE_BOUNDS);
  const units = byLabels(ofDatabase);
  // There from the first scrape on, so that a first increase is seen.
  for (const kind of ['read', 'write'] as const)
    for (const outcome of ['ok', 'unavailable', 'failed']) units.of(kind, outcome);
  return {
    requests: byLabels(() => histogram(REQUEST_BOUNDS)),
    units,
    statements: { read: ofDatabase(), write: ofDatabase(), commit: ofDatabase() },
    loop: histogram(LOOP_BOUNDS),
    jobs: new Map(),
    bytes: { in: 0, out: 0 },
    inFlight: 0,
  };
}

function newJob(): JobFigures {
  return { turns: histogram(JOB_BOUNDS), isRunning: false, failures: 0, succeededAtMs: null };
}

function keptSamples({ requests, units, statements, loop, bytes }: Kept) {
  const all = (entries: Iterable<[readonly string[], number | Histogram]>) =>
    [...entries].map(([labels, value]) => ({ labels, value }));
  return {
    requests: all(requests.entries()),
    units: all(units.entries()),
    statements: all(Object.entries(statements).map(([kind, value]) => [[kind], value])),
    loopDelay: [{ labels: [], value: loop }],
    artifactBytes: all(Object.entries(bytes).map(([direction, value]) => [[direction], value])),
  };
}

function poolSamples(pools: readonly PoolState[]) {
  return {
    connections: pools.flatMap(({ pool, used, idle }) => [
      { labels: [pool, 'used'], value: used },
      { labels: [pool, 'idle'], value: idle },
    ]),
    connectionsLimit: pools.map(({ pool, limit }) => ({ labels: [pool], value: limit })),
    connectionsWaiting: pools.map(({ pool, waiting }) => ({ labels: [pool], value: waiting })),
  };
}

function jobSamples(jobs: ReadonlyMap<string, JobFigures>) {
  const each = <T extends number | Histogram>(read: (job: JobFigures) => T | null) =>
    [...jobs].flatMap(([name, job]) => {
      const value = read(job);
      return value === null ? [] : [{ labels: [name], value }];
    });
  return {
    jobs: each(({ turns }) => turns),
    jobsRunning: each(({ isRunning }) => Number(isRunning)),
    jobFailures: each(({ failures }) => failures),
    jobSuccess: each(({ succeededAtMs }) => (succeededAtMs === null ? null : succeededAtMs / 1_000)),
  };
}

/** Ages are 0 when nothing waits; all of it is missing while the database is away. */
function backlogFigures({ backlog, nowMs }: Looked): Partial<Record<FigureKey, number>> {
  if (backlog === null) return { databaseUp: 0 };
  const ageOf = (sinceMs: number | null) => (sinceMs === null ? 0 : Math.max(0, nowMs - sinceMs) / 1_000);
  const { seals, deliveries, auditEvents, requests } = backlog;
  return {
    databaseUp: 1,
    sealsPending: seals.count,
    sealsAge: ageOf(seals.oldestMs),
    deliveries: deliveries.count,
    deliveriesAge: ageOf(deliveries.oldestMs),
    outboxLag: ageOf(backlog.deliveryDueMs),
    deliveriesFailed: backlog.deliveriesFailed,
    auditWaiting: auditEvents.count,
    auditLag: ageOf(auditEvents.oldestMs),
    requestsOpen: requests.count,
    requestsAge: ageOf(requests.oldestMs),
    purgeable: backlog.purgeableBytes,
    marked: backlog.markedBytes,
  };
}
