import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { makePostgresFolder } from '../support/postgres-place.ts';
import { type StoppablePostgres, startStoppablePostgres } from '../support/postgres-server.ts';
import { type ServerData, type ServerProcess, serverData, startServer, until } from './server-process.ts';

/* A real PostgreSQL that is stopped and started again under a server at work. */

const CLIENTS = 8;
/** Of the server's pool. */
const SLOTS = 13;
/** Nobody waits for longer, whatever the database does: a connection 5 s, a statement 15 s. */
const LONGEST_ANSWER_MS = 17_000;
const MLFLOW = '/api/2.0/mlflow';

let postgres: StoppablePostgres;
let data: ServerData;
let server: ServerProcess;

beforeAll(async () => {
  const place = {
    folder: await makePostgresFolder(),
    port: await freePort(),
    password: 'stopped',
    durable: true,
  };
  postgres = await startStoppablePostgres(place);
  const url = `postgresql://postgres:${place.password}@127.0.0.1:${place.port}/postgres`;
  data = serverData({ url, drop: async () => undefined });
  server = await startServer(data);
}, 60_000);
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await data?.[Symbol.asyncDispose]();
  await postgres?.[Symbol.asyncDispose]();
});

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: answers are judged by their shape
  readonly json: any;
}

async function call(path: string, body?: object): Promise<Answer> {
  const startedAt = performance.now();
  const answer = await fetch(server.origin + path, {
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    headers: { 'content-type': 'application/json' },
  });
  const json = await answer.json();
  expect(performance.now() - startedAt).toBeLessThan(LONGEST_ANSWER_MS);
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), json };
}

const createVersion = (name: string) => call(`${MLFLOW}/model-versions/create`, { name, source: 's3://b/m' });
const createModel = (name: string) => call(`${MLFLOW}/registered-models/create`, { name });

/** Clients that ask without a pause until they are told to stop. */
function load(name: string) {
  const acknowledged: number[] = [];
  const seen = { reads: 0, failedReads: 0, failedWrites: 0 };
  let isOver = false;
  const repeat = async (once: () => Promise<void>) => {
    while (!isOver) await once();
  };
  const judge = ({ status, retryAfter, json }: Answer): boolean => {
    if (status === 200) return true;
    expect([status, retryAfter, json.error_code]).toEqual([503, '10', 'TEMPORARILY_UNAVAILABLE']);
    return false;
  };
  const write = async () => {
    const answer = await createVersion(name);
    if (judge(answer)) acknowledged.push(Number(answer.json.model_version.version));
    else seen.failedWrites += 1;
  };
  const READS = [`registered-models/get?name=${name}`, 'model-versions/search?max_results=5'];
  const read = async (path: string) => {
    if (judge(await call(`${MLFLOW}/${path}`))) seen.reads += 1;
    else seen.failedReads += 1;
  };
  const clients = Array.from({ length: CLIENTS }, (_, n) => [
    repeat(write),
    repeat(() => read(READS[n % READS.length] ?? '')),
  ]).flat();
  const done = Promise.all(clients);
  // Heard by `end`; where the test failed before it, its own failure is the one to read.
  done.catch(() => undefined);
  onTestFinished(() => {
    isOver = true;
  });
  return {
    acknowledged,
    seen,
    async end() {
      isOver = true;
      await done;
    },
  };
}

/** All units of work that the server can have under way are there: so many of its connections wait for a locked row. */
async function expectAllSlots(): Promise<void> {
  const client = new pg.Client(data.databaseUrl);
  await client.connect();
  try {
    await client.query('begin');
    await client.query(`select from registered_models where name = 'slots' for update`);
    const waiting = Array.from({ length: SLOTS + CLIENTS }, () => createVersion('slots'));
    const count = `select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock'`;
    await until(async () => {
      // In a transaction the view shows what it showed first.
      await client.query('select pg_stat_clear_snapshot()');
      return (await client.query(count)).rows[0].n === SLOTS;
    });
    await client.query('rollback');
    for (const { status } of await Promise.all(waiting)) expect(status).toBe(200);
  } finally {
    await client.end();
  }
}

async function versionNumbers(name: string): Promise<number[]> {
  const numbers: number[] = [];
  for (let token = ''; ; ) {
    const query = new URLSearchParams({ filter: `name='${name}'`, max_results: '1000', page_token: token });
    const { json } = await call(`${MLFLOW}/model-versions/search?${query}`);
    for (const { version } of json.model_versions ?? []) numbers.push(Number(version));
    token = json.next_page_token ?? '';
    if (token === '') return numbers;
  }
}

describe('a PostgreSQL that is stopped under load and started again', () => {
  test.each(['fast', 'immediate'] as const)(
    'in the %s way: 503 in bounded time meanwhile, then all as before, nothing acknowledged is missing',
    async (how) => {
      const name = `model-${how}`;
      expect((await createModel(name)).status).toBe(200);
      await createModel('slots');
      await expectAllSlots();
      const { acknowledged, seen, end } = load(name);
      await until(() => acknowledged.length > 50 && seen.reads > 50);

      await postgres.stop(how);
      await until(() => seen.failedReads > 20 && seen.failedWrites > 20, 30_000);
      const ready = await call('/ready');
      expect([ready.status, ready.retryAfter, ready.json.checks.database.ok]).toEqual([503, '10', false]);
      expect((await call('/health')).status).toBe(200);

      const [written, read] = [acknowledged.length, seen.reads];
      await postgres.start();
      await until(async () => (await call('/ready')).status === 200, 30_000);
      await until(() => acknowledged.length > written + 50 && seen.reads > read + 50, 30_000);
      await end();

      const numbers = new Set(await versionNumbers(name));
      expect(acknowledged.filter((number) => !numbers.has(number))).toEqual([]);
      expect(new Set(acknowledged).size).toBe(acknowledged.length);
      await expectAllSlots();
      // Still the same process, which nothing unheard has ended.
      expect([server.child.exitCode, server.child.signalCode]).toEqual([null, null]);
    },
    120_000,
  );
});
