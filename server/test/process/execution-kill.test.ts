import { expect, test } from 'vitest';
import { createEmptyPostgresDatabase } from '../support/postgres.ts';
import { type ServerData, type ServerProcess, serverData, startServer } from './server-process.ts';

/*
 * The vote that executes a request, with the server killed before each of its statements in turn: nothing of it has
 * happened, until at the end all of it has.
 */

const MODEL = 'layer-count';
const settings = { REQUIRE_APPROVAL_FOR_PRODUCTION: 'true' };

type Json = Record<string, unknown>;

// biome-ignore lint/suspicious/noExplicitAny: an answer is what the assertions make of it.
async function call(server: ServerProcess, method: string, path: string, body?: object): Promise<any> {
  const answer = await fetch(`${server.origin}/api/${path}`, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  const json = await answer.json();
  expect(answer.status, JSON.stringify(json)).toBeLessThan(300);
  return json;
}

/** Another version in staging, and the request that it be in production. */
async function ask(server: ServerProcess): Promise<{ id: string; digest: string }> {
  const registered = { model_name: MODEL, model_type: 'custom' };
  const { version } = await call(server, 'POST', 'v1/models/register', registered);
  const move = (stage: string) =>
    call(server, 'POST', 'v1/models/transition', { model_name: MODEL, version, new_stage: stage });
  await move('staging');
  return (await move('production')).request;
}

const approve = (server: ServerProcess, { id, digest }: { id: string; digest: string }) =>
  call(server, 'POST', `v1/transition-requests/${id}/votes`, { decision: 'approve', digest });

/** Everything that an execution changes, on both wires, in history and in the audit log. */
async function everything(server: ServerProcess, id: string): Promise<Json> {
  const { request } = await call(server, 'GET', `v1/transition-requests/${id}`);
  const { versions } = await call(server, 'GET', `v1/models/${MODEL}/versions`);
  const { intervals } = await call(server, 'GET', `v1/models/${MODEL}/history`);
  const { events } = await call(server, 'GET', 'v1/audit/events');
  const mlflow = await call(server, 'GET', `2.0/mlflow/registered-models/get?name=${MODEL}`);
  return {
    state: request.state,
    votes: request.votes,
    versions,
    intervals,
    events: events.map(({ action }: Json) => action),
    aliases: mlflow.registered_model.aliases,
  };
}

/** Servers write some small things by themselves, which have fewer statements. */
const FIRST = 4;
const DONE = { state: 'executed', votes: [{ decision: 'approve' }] };

/** @returns whether the server was killed; the step is never reached when it has fewer statements. */
async function killAt(data: ServerData, step: string, request: { id: string; digest: string }) {
  await using server = await startServer(data, { settings });
  await server.arm(step);
  const answered = await approve(server, request).then(
    () => true,
    (error: unknown) => {
      if (!(error instanceof TypeError)) throw error;
      return false;
    },
  );
  if (!answered) expect((await server.gone).signal).toBe('SIGKILL');
  return !answered;
}

const TARGETS = [
  { name: 'SQLite', makeData: async () => serverData(), stride: 3 },
  {
    name: 'PostgreSQL',
    makeData: async () => serverData(await createEmptyPostgresDatabase()),
    stride: 9,
  },
];

test.each(TARGETS)(
  'a server on $name that is killed at any step of an execution has done all of it or nothing',
  async ({ makeData, stride }) => {
    await using data = await makeData();
    const ready = await prepare(data);
    let kills = 0;
    for (let n = FIRST; await killAt(data, `write: statement ${n}`, ready.request); n += stride) {
      kills += 1;
      expect([n, await lookAfresh(data, ready.request.id)]).toEqual([n, ready.before]);
    }
    expect(kills).toBeGreaterThan(3);
    expect(await lookAfresh(data, ready.request.id)).toMatchObject(DONE);

    const again = await prepare(data);
    expect(await killAt(data, 'write: long one before commit', again.request)).toBe(true);
    expect(await lookAfresh(data, again.request.id)).toEqual(again.before);
    expect(await killAt(data, 'write: long one committed', again.request)).toBe(true);
    const after = await lookAfresh(data, again.request.id);
    expect(after).toMatchObject(DONE);
    expect(after['versions']).toMatchObject([
      { stage: 'production', aliases: ['champion'] },
      { stage: 'archived' },
    ]);
    expect(after['aliases']).toEqual([{ alias: 'champion', version: '2' }]);
    const actions = after['events'] as string[];
    expect(actions.filter((action) => action === 'transition_request.execute')).toHaveLength(2);
  },
  240_000,
);

async function prepare(data: ServerData) {
  await using server = await startServer(data, { settings });
  const request = await ask(server);
  return { request, before: await everything(server, request.id) };
}

async function lookAfresh(data: ServerData, id: string): Promise<Json> {
  await using server = await startServer(data, { settings });
  // Awaited here: the server is gone when the function ends.
  return await everything(server, id);
}
