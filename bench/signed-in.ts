import { closedLoop, type Load } from './closed-loop.ts';
import { request } from './connection.ts';
import type { Seeded } from './seed.ts';
import { type Place, startRegistry } from './server-process.ts';

const CONNECTIONS = 16;
const ROUNDS = 3;
const BUDGET = 1.3;
const PASSWORD = 'barn-owl-tractor-seven';
const LOCAL = {
  REGISTRY_AUTH: 'local',
  REGISTRY_BOOTSTRAP_ADMIN: 'bench',
  REGISTRY_BOOTSTRAP_ADMIN_PASSWORD: PASSWORD,
};

/** What it costs that everybody says who they are: get by alias, by turns. */
export async function signedIn(target: { place: Place; seeded: Seeded; seconds: number }): Promise<void> {
  const { place, seeded, seconds } = target;
  const path = `/api/2.0/mlflow/registered-models/alias?name=${seeded.model}&alias=champion`;
  const open: number[] = [];
  const guarded: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    open.push(await rate(place, {}, seconds, async () => request('GET', path)));
    guarded.push(
      await rate(place, LOCAL, seconds, async (origin) =>
        request('GET', path, undefined, await newToken(origin)),
      ),
    );
  }
  const [without, signed] = [median(open), median(guarded)];
  const ratio = without / signed;
  console.log(
    `get by alias, ${CONNECTIONS} connections: none ${without.toFixed(0)}/s, local with a token ${signed.toFixed(0)}/s: ${ratio.toFixed(2)} x ${ratio <= BUDGET ? 'met' : 'missed'} (${BUDGET})`,
  );
}

async function rate(
  place: Place,
  settings: Readonly<Record<string, string>>,
  seconds: number,
  prepare: (origin: string) => Promise<Buffer>,
): Promise<number> {
  const server = await startRegistry(place, settings);
  try {
    const { origin } = server;
    const bytes = await prepare(origin);
    const load: Load = { origin, connections: CONNECTIONS, seconds, request: () => bytes };
    await closedLoop({ ...load, seconds: 1 });
    const measured = await closedLoop(load);
    if (measured.errors > 0) throw new Error(`${measured.errors} requests were refused`);
    return measured.requests / measured.seconds;
  } finally {
    await server.stop();
  }
}

async function newToken(origin: string): Promise<string> {
  const answer = await fetch(`${origin}/api/v1/tokens`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`bench:${PASSWORD}`).toString('base64')}`,
    },
    body: JSON.stringify({ name: 'bench', scopes: ['read'] }),
  });
  const { secret } = (await answer.json()) as { secret: string };
  return secret;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
