import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { REPOSITORY } from '../../process/server-process.ts';
import { buildContext } from './build-context.ts';
import type { Stage, Step } from './dockerfile.ts';

/*
 * Does what a builder does with our Dockerfile, where there is no container engine: each stage is a layer of an
 * overlay file system, in which its commands run for real. In place of the official Node image stands this machine's
 * own system (a Debian, too) with the Node and npm that `npm ci` runs on laid over it. Needs root.
 */

/** What a program said and how it ended. */
export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a stage is in the end. */
export interface ReplayedStage {
  readonly stage: Stage;
  /** All that it has beyond a plain Debian, as the upper layer of an overlay: with marks for what is deleted. */
  readonly layer: string;
}

export interface Replay extends Disposable {
  readonly folder: string;
  /** Builds the stage, and first those that it needs. */
  build(name: string): ReplayedStage;
  /** Runs a command in what the stage is in the end, as its user, with its environment and `env`. */
  run(image: ReplayedStage, command: string, env?: Readonly<Record<string, string>>): Outcome;
}

/** Why nothing can be replayed here; null where it can. */
export function whyNoReplay(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root on Linux can lay layers';
  const folder = mkdtempSync(join(tmpdir(), 'registry-overlay-'));
  const [upper, work, root] = ['upper', 'work', 'root'].map((name) => newFolder(folder, name));
  const options = `lowerdir=/,upperdir=${upper},workdir=${work}`;
  const tried = inNamespace(`mount -t overlay overlay -o "${options}" "${root}"`);
  rmSync(folder, { recursive: true });
  return tried.status === 0 ? null : `no overlay file system here: ${tried.stderr.trim()}`;
}

export function replay(stages: ReadonlyMap<string, Stage>): Replay {
  const folder = mkdtempSync(join(tmpdir(), 'registry-image-'));
  const official = newFolder(folder, 'official');
  layOfficialNode(official);
  const context = layContext(newFolder(folder, 'context'));
  const built = new Map<string, ReplayedStage>();
  const build = (name: string): ReplayedStage => {
    const known = built.get(name);
    if (known !== undefined) return known;
    const stage = stages.get(name);
    if (stage === undefined) throw new Error(`no stage ${name}`);
    const below = stages.has(stage.from) ? build(stage.from).layer : official;
    const layer = join(folder, `layer-${name}`);
    // A copy: the kernel lays no layer over another one of the same tree.
    execFileSync('cp', ['-a', below, layer]);
    const place = { layer, work: newFolder(folder, `work-${name}`), root: newFolder(folder, `root-${name}`) };
    for (const step of stage.steps) {
      const source = step.kind === 'copy' && step.from !== null ? build(step.from).layer : context;
      perform(step, { ...place, stage, source });
    }
    const done = { stage, layer };
    built.set(name, done);
    return done;
  };
  return {
    folder,
    build,
    run: ({ stage, layer }, command, env = {}) => {
      const place = { layer, work: newFolder(folder, 'work-run'), root: newFolder(folder, 'root-run') };
      const { workdir, user } = stage;
      const settings = { ...stage, env: new Map([...stage.env, ...Object.entries(env)]) };
      return carryOut(
        { kind: 'run', command, workdir, user },
        { ...place, stage: settings, source: context },
      );
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

interface Place {
  readonly stage: Stage;
  readonly layer: string;
  readonly work: string;
  readonly root: string;
  /** What COPY reads from. */
  readonly source: string;
}

function perform(step: Step, place: Place): void {
  const done = carryOut(step, place);
  if (done.status !== 0)
    throw new Error(`${place.stage.name}: ${JSON.stringify(step)}\n${done.stdout}${done.stderr}`);
}

function carryOut(step: Step, place: Place): Outcome {
  const { stage, layer, work, root } = place;
  const lines = [`mount -t overlay overlay -o "lowerdir=/,upperdir=${layer},workdir=${work}" "${root}"`];
  if (step.kind === 'workdir') lines.push(`mkdir -p "${root}${step.workdir}"`);
  else if (step.kind === 'copy') lines.push(...copyLines(step, place));
  else {
    const [uid, gid] = step.user.split(':');
    lines.push(
      `mount --rbind /dev "${root}/dev"; mount -t proc proc "${root}/proc"; mount -t tmpfs -o noexec,nosuid,nodev tmpfs "${root}/tmp"`,
      `exec unshare --root "${root}" --wd "${step.workdir}" --setgid ${gid} --setuid ${uid} /bin/sh -c "$COMMAND"`,
    );
  }
  const command = step.kind === 'run' ? { COMMAND: step.command } : {};
  const home = step.user === '0:0' ? '/root' : '/home/registry';
  const env = { ...waysOut(), ...Object.fromEntries(stage.env), HOME: home, ...command };
  return inNamespace(lines.join('\n'), env);
}

function copyLines(step: Step & { kind: 'copy' }, { root, source }: Place): string[] {
  const target = join(root, step.target.startsWith('/') ? '' : step.workdir, step.target);
  const lines = [`mkdir -p "${step.target.endsWith('/') ? target : dirname(target)}"`];
  for (const path of step.sources) {
    const from = join(source, path);
    // A folder gives what is in it, a file itself.
    lines.push(
      `if [ -d "${from}" ]; then mkdir -p "${target}"; cp -R --preserve=mode,links "${from}/." "${target}/"; ` +
        `else cp --preserve=mode "${from}" "${target}"; fi`,
    );
  }
  if (step.owner !== '0:0') lines.push(`chown -R ${step.owner} "${target}"`);
  return lines;
}

/** Runs shell lines where what they mount is seen by nobody else, and goes with them. */
function inNamespace(lines: string, env: Readonly<Record<string, string>> = {}): Outcome {
  const args = ['--mount', '--propagation', 'private', '--', '/bin/bash', '-ec', lines];
  const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  return spawnSync('/usr/bin/unshare', args, { encoding: 'utf8', env: { PATH: path, ...env } });
}

/** How packages are reached from this machine, which the builder's machine has its own ways for. */
function waysOut(): Record<string, string> {
  const names = /^(https?_proxy|no_proxy|node_extra_ca_certs|npm_config_(registry|cafile|https?_proxy))$/i;
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => names.test(entry[0])),
  );
}

/** Node and npm where the official image has them. */
function layOfficialNode(folder: string): void {
  for (const path of ['usr/local/bin', 'usr/local/lib/node_modules'])
    mkdirSync(join(folder, path), { recursive: true });
  cpSync(process.execPath, join(folder, 'usr/local/bin/node'));
  const npm = execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim();
  cpSync(join(npm, 'npm'), join(folder, 'usr/local/lib/node_modules/npm'), {
    recursive: true,
    verbatimSymlinks: true,
  });
  for (const name of ['npm', 'npx'])
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(folder, 'usr/local/bin', name));
}

/** What the builder is sent. */
function layContext(folder: string): string {
  for (const path of buildContext(REPOSITORY)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(REPOSITORY, path), join(folder, path), { verbatimSymlinks: true });
  }
  return folder;
}

function newFolder(...path: string[]): string {
  const folder = join(...path);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  return folder;
}
