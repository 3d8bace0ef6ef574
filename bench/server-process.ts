import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** A database and a folder for artifacts, as a server is given them. */
export interface Place {
  readonly folder: string;
  /** `sqlite:///…` or `postgresql://…`. */
  readonly database: string;
}

export interface ServerProcess {
  readonly origin: string;
  readonly pid: number;
  /** CPU time that the server and its children have used, in ms; 0 where the system does not tell. */
  cpuMs(): number;
  stop(): Promise<void>;
}

const START_MS = 180_000;
const FLAGS = ['--max-semi-space-size=2'];

/** Ours, under the open policy, as MLflow behaves, with its default settings beside those given, and Node's flags as `npm start` has them. */
export async function startRegistry(
  place: Place,
  settings: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const entry = fileURLToPath(new URL('../server/bin/farmiq-registry.mjs', import.meta.url));
  const port = await freePort();
  return started(place, { name: 'registry', ready: '/ready', port }, [process.execPath, ...FLAGS, entry], {
    PORT: String(port),
    MLFLOW_TRACKING_URI: place.database,
    MLFLOW_ARTIFACT_ROOT: join(place.folder, 'artifacts'),
    REQUIRE_APPROVAL_FOR_PRODUCTION: 'false',
    ...settings,
  });
}

/** A real MLflow with its default settings: uvicorn with 4 workers. `venv` has it installed. */
export async function startMlflow(place: Place, venv: string): Promise<ServerProcess> {
  const port = await freePort();
  const database = place.database.replace('postgresql://', 'postgresql+psycopg2://');
  const command = [join(venv, 'bin', 'python'), '-m', 'mlflow', 'server', '--host', '127.0.0.1'];
  const settings = ['--port', String(port), '--backend-store-uri', database];
  settings.push('--artifacts-destination', join(place.folder, 'artifacts'));
  return started(place, { name: 'mlflow', ready: '/health', port }, [...command, ...settings], {
    MLFLOW_DISABLE_TELEMETRY: 'true',
  });
}

async function started(
  { folder }: Place,
  { name, ready, port }: { name: string; ready: string; port: number },
  [program = '', ...args]: readonly string[],
  environment: Record<string, string>,
): Promise<ServerProcess> {
  const log = openSync(join(folder, `${name}.log`), 'a');
  const child = spawn(program, args, {
    cwd: folder,
    stdio: ['ignore', log, log],
    detached: true,
    env: { ...inherited(), ...environment },
  });
  closeSync(log);
  const origin = `http://127.0.0.1:${port}`;
  await untilReady(child, origin + ready).catch(async (error: unknown) => {
    await stop(child);
    const said = readFileSync(join(folder, `${name}.log`), 'utf8').slice(-2000);
    throw new Error(`${name} did not start: ${said}`, { cause: error });
  });
  const pid = child.pid ?? 0;
  return { origin, pid, cpuMs: () => cpuMs(pid), stop: () => stop(child) };
}

/** Settings of the shell must not reach a server. */
function inherited(): Record<string, string | undefined> {
  const foreign = /^(MLFLOW_|_MLFLOW_|REGISTRY_|RETENTION_|AWS_|PORT$|HOST$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  const until = Date.now() + START_MS;
  for (;;) {
    const answer = await fetch(url).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return;
    if (child.exitCode !== null || Date.now() > until) throw new Error(`${url} does not answer`);
    await delay(50);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const gone = once(child, 'exit');
  // MLflow's workers are children: the whole group ends.
  process.kill(-child.pid, 'SIGTERM');
  await gone;
}

/** Linux: `utime` and `stime` of the process and of all below it, in ticks of 10 ms. */
function cpuMs(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    const own = (Number(stat[11]) + Number(stat[12])) * 10;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return children.split(' ').reduce((sum, child) => sum + (child === '' ? 0 : cpuMs(Number(child))), own);
  } catch {
    return 0;
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
