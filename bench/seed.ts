/** What both servers find in their databases when the load begins. */
export interface Seeded {
  readonly model: string;
  /** A run with a metric of 10,000 points. */
  readonly runId: string;
  readonly experimentId: string;
  /** The experiment with 5,000 runs, of which a half has an accuracy above 0.5. */
  readonly manyRunsExperimentId: string;
}

const MODELS = 50;
const VERSIONS = 20;
const RUNS = 5_000;
const POINTS = 10_000;
const AT_ONCE = 16;

type Post = (path: string, body: object) => Promise<Record<string, never>>;

/** Fills an empty database through MLflow's wire. */
export async function seed(origin: string): Promise<Seeded> {
  const post: Post = async (path, body) => {
    const answer = await fetch(`${origin}/api/2.0/mlflow/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Record<string, never>;
  };
  await each(MODELS, (i) => fillModel(post, `bench-${i}`));
  const experimentId = await createExperiment(post, 'bench');
  const manyRunsExperimentId = await createExperiment(post, 'bench-many');
  await each(RUNS, async (i) => {
    const runId = await createRun(post, manyRunsExperimentId, i);
    const value = { timestamp: 1_700_000_000_000 + i, step: 0 };
    await post('runs/log-batch', {
      run_id: runId,
      metrics: [
        { key: 'accuracy', value: (i % 1000) / 1000, ...value },
        { key: 'loss', value: 1 / (i + 1), ...value },
      ],
      params: [{ key: 'depth', value: String(i % 7) }],
    });
  });
  const runId = await createRun(post, experimentId, 0);
  for (let from = 0; from < POINTS; from += 1000)
    await post('runs/log-batch', { run_id: runId, metrics: points(from, 1000) });
  return { model: 'bench-0', runId, experimentId, manyRunsExperimentId };
}

async function fillModel(post: Post, name: string): Promise<void> {
  await post('registered-models/create', { name, tags: [{ key: 'team', value: 'layers' }] });
  for (let version = 1; version <= VERSIONS; version += 1)
    await post('model-versions/create', {
      name,
      source: `s3://bucket/${name}/${version}`,
      tags: [{ key: 'barn', value: String(version) }],
    });
  await post('registered-models/alias', { name, alias: 'champion', version: String(VERSIONS) });
}

function points(from: number, count: number) {
  return Array.from({ length: count }, (_, i) => ({
    key: 'history',
    value: Math.sin(from + i),
    timestamp: 1_700_000_000_000 + from + i,
    step: from + i,
  }));
}

async function createExperiment(post: Post, name: string): Promise<string> {
  return (await post('experiments/create', { name }))['experiment_id'] ?? '';
}

async function createRun(post: Post, experimentId: string, i: number): Promise<string> {
  const { run } = (await post('runs/create', {
    experiment_id: experimentId,
    start_time: 1_700_000_000_000 + i,
    run_name: `run-${i}`,
  })) as unknown as { run: { info: { run_id: string } } };
  return run.info.run_id;
}

async function each(count: number, work: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
