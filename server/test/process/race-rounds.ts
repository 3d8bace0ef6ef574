import { createHash } from 'node:crypto';

/** A race between two servers on the same data; each throws at the first answer that should not be. */
export interface Arena {
  readonly origins: readonly [string, string];
  readonly model: string;
}

type Json = Record<string, unknown>;

const EXCLUSIVE = 'Production';

async function call(origin: string, path: string, body?: object): Promise<{ status: number; json: Json }> {
  const answer = await fetch(`${origin}/api/2.0/mlflow/${path}`, {
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    headers: { 'content-type': 'application/json' },
  });
  return { status: answer.status, json: (await answer.json()) as Json };
}

async function callFine(origin: string, path: string, body?: object): Promise<Json> {
  const { status, json } = await call(origin, path, body);
  if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(json)}`);
  return json;
}

export async function createModel({ origins, model }: Arena): Promise<void> {
  await callFine(origins[0], 'registered-models/create', { name: model });
}

/** Both create versions at once, `count` each. @returns the numbers given. */
export async function raceVersions({ origins, model }: Arena, count: number): Promise<number[]> {
  const lane = async (origin: string) => {
    const numbers: number[] = [];
    for (let n = 0; n < count; n += 1) {
      const json = await callFine(origin, 'model-versions/create', {
        name: model,
        source: 's3://elsewhere/x',
      });
      numbers.push(Number((json['model_version'] as { version: string }).version));
    }
    return numbers;
  };
  return (await Promise.all([...origins, ...origins].map(lane))).flat();
}

/**
 * Both move version 1 and 2 into production in turn, `rounds` each, archiving who was there, while readers look
 * through both. @returns how often was looked; throws when a look did not find exactly one holder.
 */
export async function raceTransitions({ origins, model }: Arena, rounds: number): Promise<number> {
  const move = (origin: string, version: string) =>
    call(origin, 'model-versions/transition-stage', {
      name: model,
      version,
      stage: EXCLUSIVE,
      archive_existing_versions: true,
    });
  await move(origins[0], '1');
  const look = async (origin: string) => {
    const { model_versions: versions = [] } = (await callFine(
      origin,
      `model-versions/search?filter=${encodeURIComponent(`name='${model}'`)}&max_results=1000`,
    )) as { model_versions?: { version: string; current_stage: string }[] };
    const holders = versions.filter((version) => version.current_stage === EXCLUSIVE);
    if (holders.length !== 1) throw new Error(`${holders.length} holders of ${EXCLUSIVE}`);
  };
  return underWatch(origins, look, (origin, lane) =>
    repeat(rounds, async (n) => {
      const { status, json } = await move(origin, String(1 + ((n + lane) % 2)));
      if (status !== 200) throw new Error(`transition: ${status} ${JSON.stringify(json)}`);
    }),
  );
}

/** Both move one alias to and fro, while readers resolve it through both: it always leads to exactly one version. */
export async function raceAliases({ origins, model }: Arena, rounds: number): Promise<number> {
  const set = (origin: string, version: string) =>
    callFine(origin, 'registered-models/alias', { name: model, alias: 'champion', version });
  await set(origins[0], '1');
  const look = async (origin: string) => {
    const json = await callFine(origin, `registered-models/alias?name=${model}&alias=champion`);
    const { version } = json['model_version'] as { version: string };
    if (version !== '1' && version !== '2') throw new Error(`the alias leads to ${version}`);
  };
  return underWatch(origins, look, (origin, lane) =>
    repeat(rounds, async (n) => {
      await set(origin, String(1 + ((n + lane) % 2)));
    }),
  );
}

/** Both upload to one path, `rounds` each; what is served then must be one of the bodies, and have its hash. */
export async function raceUploads({ origins }: Arena, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const bodies = [`a${round}`.repeat(20_000), `b${round}`.repeat(30_000)];
    await Promise.all(
      origins.map(async (origin, n) => {
        const { status } = await fetch(urlOf(origin, '0/raced'), { method: 'PUT', body: bodies[n] ?? '' });
        if (status !== 200) throw new Error(`upload: ${status}`);
      }),
    );
    const answer = await fetch(urlOf(origins[round % 2] ?? '', '0/raced'));
    const body = await answer.text();
    if (!bodies.includes(body)) throw new Error('what is served was not uploaded');
    if (answer.headers.get('etag') !== `"${sha256(body)}"`)
      throw new Error('the recorded hash is of another file');
  }
}

/**
 * One uploads while the other registers a version from the same folder: either the version has the new file, or the
 * upload is refused. What a sealed version served once, it serves for ever.
 */
export async function raceSeals({ origins, model }: Arena, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const run = (await callFine(origins[0], 'runs/create', { experiment_id: '0' }))['run'] as {
      info: { run_id: string };
    };
    const runId = run.info.run_id;
    const path = `0/${runId}/artifacts/model.bin`;
    const put = async (origin: string, body: string) =>
      (await fetch(urlOf(origin, path), { method: 'PUT', body })).status;
    if ((await put(origins[0], 'old')) !== 200) throw new Error('the first upload failed');
    const source = `mlflow-artifacts:/0/${runId}/artifacts`;
    const [status, json] = await Promise.all([
      put(origins[0], 'new'),
      callFine(origins[1], 'model-versions/create', { name: model, source, run_id: runId }),
    ]);
    const { version } = json['model_version'] as { version: string };
    const served = await (await fetch(urlOf(origins[1], path))).text();
    if (served !== (status === 200 ? 'new' : 'old'))
      throw new Error(`answered ${status}, but serves ${served}`);
    if (status !== 200 && status !== 409) throw new Error(`upload against a seal: ${status}`);
    if ((await put(origins[0], 'newer')) !== 409) throw new Error('a frozen file was changed');
    const digests = await Promise.all(origins.map((origin) => digestOf(origin, model, version)));
    if (digests[0] !== digests[1]) throw new Error('two digests of one version');
  }
}

async function digestOf(origin: string, model: string, version: string): Promise<unknown> {
  const answer = await fetch(`${origin}/api/v1/models/${model}?version=${version}`);
  return ((await answer.json()) as Json)['digest'];
}

async function underWatch(
  origins: readonly string[],
  look: (origin: string) => Promise<void>,
  act: (origin: string, lane: number) => Promise<void>,
): Promise<number> {
  let isOver = false;
  let looks = 0;
  const watchers = origins.map(async (origin) => {
    while (!isOver) {
      await look(origin);
      looks += 1;
    }
  });
  const acting = Promise.all(origins.map(act)).finally(() => {
    isOver = true;
  });
  await Promise.all([acting, ...watchers]);
  return looks;
}

async function repeat(rounds: number, fn: (n: number) => Promise<void>): Promise<void> {
  for (let n = 0; n < rounds; n += 1) await fn(n);
}

const urlOf = (origin: string, path: string) => `${origin}/api/2.0/mlflow-artifacts/artifacts/${path}`;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
