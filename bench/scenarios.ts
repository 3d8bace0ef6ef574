import { request } from './connection.ts';
import type { Seeded } from './seed.ts';

/** One row of the table. */
export interface Scenario {
  readonly name: string;
  /** Ours must make so many times the requests of MLflow (16 connections). */
  readonly budget: number;
  /** Also: our 99th percentile below MLflow's median. */
  readonly isRead: boolean;
  /** The nth request; n never repeats within a run of the benchmark. */
  readonly request: (n: number) => Buffer;
}

const API = '/api/2.0/mlflow';
const READ = 100;
const WRITE = 30;
const BULK = 20;

/** The rows, over data of `seed`. */
export function scenarios(seeded: Seeded): Scenario[] {
  const { model, experimentId } = seeded;
  return [
    read('get model', READ, `/registered-models/get?name=${model}`),
    read('get by alias', READ, `/registered-models/alias?name=${model}&alias=champion`),
    read('get version', READ, `/model-versions/get?name=${model}&version=1`),
    read('search versions, first page', READ, '/model-versions/search?max_results=10'),
    read('search models, first page', READ, '/registered-models/search?max_results=10'),
    write('create model', '/registered-models/create', (n) => ({ name: `made-${n}` })),
    write('create version', '/model-versions/create', (n) => ({
      name: `bench-${n % 50}`,
      source: 's3://bucket/m',
    })),
    write('create version, one model', '/model-versions/create', () => ({
      name: model,
      source: 's3://bucket/m',
    })),
    write('create run', '/runs/create', (n) => ({
      experiment_id: experimentId,
      start_time: 1_800_000_000_000 + n,
    })),
    write('log-metric', '/runs/log-metric', (n) => ({
      run_id: seeded.runId,
      key: 'loss',
      value: 1 / n,
      timestamp: 1_800_000_000_000 + n,
      step: n,
    })),
    write('log-batch (100 metrics)', '/runs/log-batch', (n) => batch(seeded.runId, n)),
    { ...manyRuns(seeded), name: 'search runs, metric filter' },
    read('metric history, 10,000 points', BULK, historyPath(seeded)),
  ];
}

function read(name: string, budget: number, path: string): Scenario {
  const bytes = request('GET', API + path);
  return { name, budget, isRead: budget === READ, request: () => bytes };
}

function write(name: string, path: string, body: (n: number) => object): Scenario {
  const make = (n: number) => request('POST', API + path, body(n));
  return { name, budget: WRITE, isRead: false, request: make };
}

/** Ten metrics at ten steps, as a training loop that flushes now and then. */
function batch(runId: string, n: number): object {
  const metrics = Array.from({ length: 100 }, (_, i) => ({
    key: `metric-${i % 10}`,
    value: Math.cos(n + i),
    timestamp: 1_800_000_000_000 + n * 10 + Math.floor(i / 10),
    step: n * 10 + Math.floor(i / 10),
  }));
  return { run_id: runId, metrics };
}

function manyRuns({ manyRunsExperimentId }: Seeded): Scenario {
  const bytes = request('POST', `${API}/runs/search`, {
    experiment_ids: [manyRunsExperimentId],
    filter: 'metrics.accuracy > 0.5',
    max_results: 100,
  });
  return { name: '', budget: BULK, isRead: false, request: () => bytes };
}

function historyPath({ runId }: Seeded): string {
  return `/metrics/get-history?run_id=${runId}&metric_key=history`;
}
