import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a server keeps: it outlives the processes that serve it. */
export interface ServerData extends AsyncDisposable {
  readonly databaseUrl: string;
  readonly artifactRoot: string;
}

/** A server in a process of its own. */
export interface ServerProcess extends AsyncDisposable {
  readonly origin: string;
  readonly port: number;
  readonly child: ChildProcess;
  /** Resolves when the process is gone and its output read. */
  readonly gone: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /** Everything it wrote so far. */
  output(): string;
  /** Kills it at the step the next time that it comes there (only with failpoints). */
  arm(step: string): Promise<void>;
}

export interface StartOptions {
  /** Armed from the beginning. */
  readonly failpoint?: string;
  /** How long it may take to finish requests when it is stopped (only with failpoints). */
  readonly drainMs?: number;
  /** Environment variables besides. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Runs the command in place of the entry with failpoints. */
  readonly command?: readonly [file: string, ...args: string[]];
}

const ENTRY = fileURLToPath(new URL('./serve-with-failpoints.ts', import.meta.url));
export const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
const START_LIMIT_MS = 20_000;

/** A folder for artifacts, and for the database when that is a file. */
export function serverData(database?: { url: string; drop(): Promise<void> }): ServerData {
  const folder = mkdtempSync(join(tmpdir(), 'registry-process-'));
  return {
    databaseUrl: database?.url ?? `sqlite:///${join(folder, 'mlflow.db')}`,
    artifactRoot: join(folder, 'artifacts'),
    async [Symbol.asyncDispose]() {
      await database?.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Starts a server on a free port; resolves when it listens, or, with `failpoint`, when it is gone. */
export async function startServer(data: ServerData, options: StartOptions = {}): Promise<ServerProcess> {
  const [file, ...args] = options.command ?? [process.execPath, ENTRY];
  const child = spawn(file, args, {
    cwd: REPOSITORY,
    env: {
      PATH: `${join(process.execPath, '..')}:${process.env['PATH']}`,
      HOME: process.env['HOME'] ?? '/',
      MLFLOW_TRACKING_URI: data.databaseUrl,
      MLFLOW_ARTIFACT_ROOT: data.artifactRoot,
      PORT: '0',
      // As the program does it for itself: most of a start is compiling.
      NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
      // What is tried here is that changes happen, not who lets them.
      REQUIRE_APPROVAL_FOR_PRODUCTION: 'false',
      LOG_LEVEL: 'INFO',
      ...options.settings,
      ...(options.failpoint === undefined ? {} : { TEST_FAILPOINT: options.failpoint }),
      ...(options.drainMs === undefined ? {} : { TEST_DRAIN_MS: String(options.drainMs) }),
    },
    // A group of its own, so that nothing that a command starts stays behind.
    detached: true,
    stdio: options.command === undefined ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const listening = new Promise<number>((resolve, reject) => {
    const look = (chunk: Buffer) => {
      output += chunk;
      const port = /Server listening at http:\/\/127\.0\.0\.1:([0-9]+)/.exec(output)?.[1];
      if (port !== undefined) resolve(Number(port));
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.once('close', () => (options.failpoint === undefined ? reject(new Error(output)) : resolve(0)));
    setTimeout(() => reject(new Error(`the server did not start:\n${output}`)), START_LIMIT_MS).unref();
  });
  const gone = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const port = await listening;
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    child,
    gone,
    output: () => output,
    arm: (step) =>
      new Promise((resolve, reject) => {
        child.once('message', () => resolve());
        child.send({ step }, (error) => error && reject(error));
      }),
    async [Symbol.asyncDispose]() {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // All of it is gone already.
      }
      await gone;
    },
  };
}

/** Waits for the condition, looking often. */
export async function until(condition: () => boolean | Promise<boolean>, limitMs = 15_000): Promise<void> {
  const givenUpAt = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > givenUpAt) throw new Error(`not so within ${limitMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
