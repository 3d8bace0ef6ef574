import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Outcome, ReplayedStage } from './replay.ts';

/** An image that runs: with its own network, in which its ports are its own. */
export interface Container extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly gone: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  output(): string;
  /** Runs a program inside, as the image's user. */
  exec(argv: readonly string[], options?: { readonly input?: string }): Outcome;
  /** Runs a program of this machine in the container's network. */
  nearby(argv: readonly string[], options?: RunOptions): Outcome;
}

interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** As `docker run --read-only --tmpfs /tmp --volume <volume>:/mlflow --env …`. */
export function runContainer(
  image: ReplayedStage,
  options: {
    readonly folder: string;
    readonly volume: string;
    readonly env?: Readonly<Record<string, string>>;
  },
): Container {
  const { stage, layer } = image;
  const root = mkdtempSync(join(options.folder, 'container-'));
  const below = layBareSystem(mkdtempSync(join(options.folder, 'bare-')));
  const [uid, gid] = stage.user.split(':');
  const lines = [
    'ip link set lo up',
    // Without an upper layer nothing can be written.
    `mount -t overlay overlay -o "lowerdir=${layer}:${below}" "${root}"`,
    // A new volume begins as what the image has there.
    `if [ -z "$(ls -A "${options.volume}")" ]; then cp -a "${root}/mlflow/." "${options.volume}/"; fi`,
    `chown --reference="${root}/mlflow" "${options.volume}"; chmod --reference="${root}/mlflow" "${options.volume}"`,
    `mount --bind "${options.volume}" "${root}/mlflow"`,
    `mount -t tmpfs -o size=16m,mode=1777 tmpfs "${root}/tmp"; mount -t proc proc "${root}/proc"`,
    ...DEVICES.map((name) => `mount --bind /dev/${name} "${root}/dev/${name}"`),
    `exec setpriv --no-new-privs unshare --root "${root}" --wd "${stage.workdir}" --setgid ${gid} --setuid ${uid} "$@"`,
  ];
  const env = { ...Object.fromEntries(stage.env), HOME: '/home/registry', ...options.env };
  const bash = ['/bin/bash', '-ec', lines.join('\n'), 'bash', ...stage.entrypoint, ...stage.command];
  const child = spawn('/usr/bin/unshare', ['--mount', '--net', '--propagation', 'private', '--', ...bash], {
    env: { ...env, PATH: stage.env.get('PATH') ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk;
    });
  const gone = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const inside = ['--target', `${child.pid}`, '--mount', '--net', '--root', '--wd'];
  return {
    child,
    gone,
    output: () => output,
    exec: (argv, { input } = {}) =>
      spawnSync('/usr/bin/nsenter', [...inside, '--setgid', `${gid}`, '--setuid', `${uid}`, '--', ...argv], {
        encoding: 'utf8',
        env,
        ...(input === undefined ? {} : { input }),
      }),
    nearby: (argv, { cwd, env: given } = {}) =>
      spawnSync('/usr/bin/nsenter', ['--target', `${child.pid}`, '--net', '--', ...argv], {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'] ?? '', ...given },
        ...(cwd === undefined ? {} : { cwd }),
      }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await gone;
      for (const folder of [root, below]) rmSync(folder, { recursive: true, force: true });
    },
  };
}

const DEVICES = ['null', 'zero', 'urandom', 'random'];

/**
 * All of a Debian that a Node program may need: the libraries that Node is linked with, and `env`, which finds the
 * program of a script. No shell, no package manager.
 */
function layBareSystem(folder: string): string {
  for (const path of ['proc', 'tmp', 'mlflow', 'dev']) mkdirSync(join(folder, path));
  for (const name of DEVICES) writeFileSync(join(folder, 'dev', name), '');
  const linked = execFileSync('/usr/bin/ldd', [process.execPath, '/usr/bin/env'], { encoding: 'utf8' });
  const libraries = [...linked.matchAll(/(\/lib\S+) \(/g)].map(([, path = '']) => path);
  for (const path of new Set(['/usr/bin/env', ...libraries])) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    copyFileSync(path, join(folder, path));
  }
  return folder;
}
