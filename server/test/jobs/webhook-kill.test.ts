import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { receiver } from '../support/webhooks.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const EVENTS = [{ entity: 'REGISTERED_MODEL', action: 'CREATED' }];

/** A real server on a database file; its address, once it listens. */
async function start(folder: string): Promise<{ process: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      MLFLOW_TRACKING_URI: `sqlite:///${join(folder, 'mlflow.db')}`,
      MLFLOW_ARTIFACT_ROOT: join(folder, 'artifacts'),
      MLFLOW_WEBHOOK_ALLOWED_SCHEMES: 'http,https',
      MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS: 'true',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout === null) throw new Error('no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (url === undefined) continue;
    child.stdout.resume();
    return { process: child, url };
  }
  throw new Error('the server did not listen');
}

async function post(url: string, path: string, body: object): Promise<void> {
  const answer = await fetch(`${url}/api/2.0/mlflow/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
}

test('changes whose announcements were not sent when the server was killed are told by the next one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'registry-kill-'));
  let alive = false;
  await using to = await receiver(() => (alive ? { status: 200 } : undefined));
  const first = await start(folder);
  await post(first.url, 'webhooks', { name: 'w', url: to.url, events: EVENTS });
  for (const name of ['a', 'b', 'c']) await post(first.url, 'registered-models/create', { name });
  await to.arrived(1);
  first.process.kill('SIGKILL');
  await once(first.process, 'exit');
  alive = true;
  const second = await start(folder);
  await to.arrived(4);
  second.process.kill('SIGTERM');
  await once(second.process, 'exit');
  const sent = to.received.map(({ body, headers }) => [
    JSON.parse(body).data.name,
    headers['x-mlflow-delivery-id'],
  ]);
  expect(sent.map(([name]) => name)).toEqual(['a', 'a', 'b', 'c']);
  expect(sent[0]).toEqual(sent[1]);
  rmSync(folder, { recursive: true, force: true });
}, 30_000);
