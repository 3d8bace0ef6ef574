import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { KeeperPlan } from './postgres-keeper.ts';
import { type PostgresProgram, placePostgres } from './postgres-place.ts';

const KEEPER = fileURLToPath(new URL('./postgres-keeper.ts', import.meta.url));
const READY = 'database system is ready to accept connections';
const KEPT_OUTPUT_CHARS = 4000;

/** Where a server keeps all its files, and how it is reached on 127.0.0.1, as user `postgres`. */
export interface ServerPlace {
  readonly folder: string;
  readonly port: number;
  readonly password: string;
  /** Whether commits go through to the disk, as a benchmark wants it; tests do not. */
  readonly durable?: boolean;
}

/**
 * A PostgreSQL with an empty cluster. Resolves, when it takes connections, to the function that stops it and
 * removes its folder; both happen too when this process dies. Fails with what PostgreSQL said.
 */
export async function startPostgres(place: ServerPlace): Promise<() => Promise<void>> {
  const postgres = await startStoppablePostgres(place);
  return async () => postgres[Symbol.asyncDispose]();
}

/** A PostgreSQL that can be stopped and started again on the same data; disposing of it removes its folder. */
export interface StoppablePostgres extends AsyncDisposable {
  /** `fast` breaks off what is under way, `immediate` is a crash that the next start recovers from. */
  stop(how: 'fast' | 'immediate'): Promise<void>;
  /** Resolves when it takes connections. */
  start(): Promise<void>;
}

/** As `startPostgres`. */
export async function startStoppablePostgres(place: ServerPlace): Promise<StoppablePostgres> {
  const program = await placePostgres(place.folder);
  const passwordFile = join(place.folder, 'password');
  await writeFile(passwordFile, place.password, { mode: 0o600 });
  if (program.account) await chown(passwordFile, program.account.uid, program.account.gid);
  const { create, serve } = commands(place, program, passwordFile);
  let kept = await keep({ folder: place.folder, account: program.account, commands: [create, serve] });
  return {
    async stop(how) {
      const [pid] = (await readFile(join(place.folder, 'data', 'postmaster.pid'), 'utf8')).split('\n');
      process.kill(Number(pid), how === 'fast' ? 'SIGINT' : 'SIGQUIT');
      await kept.gone;
    },
    async start() {
      kept = await keep({ folder: place.folder, account: program.account, commands: [serve] });
    },
    async [Symbol.asyncDispose]() {
      kept.keeper.stdin?.end();
      await kept.gone;
      // The keeper of one that was stopped has left it.
      await rm(place.folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

interface Kept {
  readonly keeper: ChildProcess;
  readonly gone: Promise<unknown>;
}

async function keep(plan: KeeperPlan): Promise<Kept> {
  const keeper = spawn(process.execPath, [KEEPER, JSON.stringify(plan)], {
    stdio: ['pipe', 'ignore', 'pipe'],
    // Ctrl-C in a terminal is for the tests; the database ends after them.
    detached: true,
    windowsHide: true,
    // READY is looked for in English.
    env: { ...process.env, LC_ALL: 'C' },
  });
  const gone = once(keeper, 'close');
  await readyOutput(keeper.stderr);
  return { keeper, gone };
}

type Command = KeeperPlan['commands'][number];

function commands(
  { folder, port, durable }: ServerPlace,
  { binFolder }: PostgresProgram,
  passwordFile: string,
): { create: Command; serve: Command } {
  const data = join(folder, 'data');
  const create = ['-D', data, '--username=postgres', '--auth=password', `--pwfile=${passwordFile}`];
  return {
    create: { file: join(binFolder, 'initdb'), args: [...create, ...CLUSTER] },
    serve: {
      file: join(binFolder, 'postgres'),
      args: ['-D', data, '-p', `${port}`, ...SETTINGS, ...(durable === true ? [] : QUICK)],
    },
  };
}

const CLUSTER = [
  // A collation that is not bytewise, as most real databases have: an order that forgets it shows.
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=icu',
  '--icu-locale=en-US',
  '--no-sync',
];

const SETTINGS = asArguments({
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
});

const QUICK = asArguments({ fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' });

function asArguments(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Reads on after the server is ready, so that it can always write. */
function readyOutput(stream: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      output = (output + text).slice(-KEPT_OUTPUT_CHARS);
      if (output.includes(READY)) resolve();
    });
    stream.once('end', () => reject(new Error(output.trim() || 'it ended without a word')));
  });
}
