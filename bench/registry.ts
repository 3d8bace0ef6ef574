import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Call, closedLoop, type Result, send } from './closed-loop.ts';

/**
 * Get, create version and alias lookup through MLflow's wire. Usage: `npm run bench` (SQLite),
 * `BENCH_DATABASE=postgresql://… npm run bench`, or against any running server, such as an `mlflow server`:
 * `BENCH_URL=http://127.0.0.1:5000 BENCH_CALLS=500 npm run bench`.
 */
const CONNECTIONS = 16;
const CALLS = Number(process.env['BENCH_CALLS'] ?? 20_000);
const API = '/api/2.0/mlflow';

const MODEL = `bench-${process.pid}`;
const READS: Record<string, Call> = {
  'get model': { method: 'GET', path: `${API}/registered-models/get?name=${MODEL}` },
  'get version': { method: 'GET', path: `${API}/model-versions/get?name=${MODEL}&version=1` },
  'get by alias': { method: 'GET', path: `${API}/registered-models/alias?name=${MODEL}&alias=champion` },
  'search, first page': { method: 'GET', path: `${API}/registered-models/search?max_results=10` },
};

const server = process.env['BENCH_URL'] === undefined ? await startServer() : null;
const origin = process.env['BENCH_URL'] ?? server?.origin ?? '';
try {
  await fill(origin);
  const results: Result[] = [];
  for (const [name, call] of Object.entries(READS))
    results.push(await closedLoop({ name, origin, connections: CONNECTIONS, calls: CALLS }, () => call));
  results.push(
    await closedLoop({ name: 'create version', origin, connections: CONNECTIONS, calls: CALLS / 4 }, () => ({
      method: 'POST',
      path: `${API}/model-versions/create`,
      body: { name: MODEL, source: 's3://bucket/model' },
    })),
  );
  print(results);
} finally {
  await server?.stop();
}

async function fill(target: string): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const calls: Call[] = [
    { method: 'POST', path: `${API}/registered-models/create`, body: { name: MODEL } },
    {
      method: 'POST',
      path: `${API}/model-versions/create`,
      body: { name: MODEL, source: 's3://bucket/model' },
    },
    {
      method: 'POST',
      path: `${API}/registered-models/alias`,
      body: { name: MODEL, alias: 'champion', version: '1' },
    },
  ];
  for (const call of calls) {
    const status = await send(agent, target, call);
    if (status >= 400) throw new Error(`${call.path} answered ${status}`);
  }
  agent.destroy();
}

async function startServer(): Promise<{ origin: string; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'registry-bench-'));
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('../server/bin/farmiq-registry.mjs', import.meta.url))],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        PORT: String(port),
        LOG_LEVEL: 'WARNING',
        MLFLOW_TRACKING_URI: process.env['BENCH_DATABASE'] ?? `sqlite:///${join(folder, 'mlflow.db')}`,
        MLFLOW_ARTIFACT_ROOT: join(folder, 'artifacts'),
      },
    },
  );
  const url = `http://127.0.0.1:${port}`;
  const agent = new Agent();
  while ((await send(agent, url, { method: 'GET', path: '/ready' }).catch(() => 0)) !== 200) {
    if (child.exitCode !== null) throw new Error('the server did not start');
    await delay(20);
  }
  return {
    origin: url,
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function print(results: readonly Result[]): void {
  console.log('operation            requests/s    p50 ms    p99 ms  errors');
  for (const { name, requestsPerSecond, p50Ms, p99Ms, errors } of results)
    console.log(
      `${name.padEnd(20)} ${requestsPerSecond.toFixed(0).padStart(10)} ${p50Ms.toFixed(2).padStart(9)} ${p99Ms.toFixed(2).padStart(9)} ${String(errors).padStart(7)}`,
    );
}
