import fs from 'node:fs';
import fsp from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { join, resolve, sep } from 'node:path';

/** What the process did beyond its artifact root and its own port while somebody watched. */
export interface OutsideWatch {
  /** `operation path` of every call that named a file elsewhere. */
  readonly files: string[];
  /** `host:port` of every connection to elsewhere. */
  readonly connections: string[];
  /** What the test itself does with files. */
  unseen<T>(work: () => T): T;
  stop(): void;
}

type Functions = Record<string, unknown>;

/** Calls whose first argument is a path; of two paths, the first two. */
const ONE_PATH = [
  'access',
  'chmod',
  'lstat',
  'mkdir',
  'open',
  'opendir',
  'readdir',
  'readFile',
  'readlink',
  'realpath',
  'rm',
  'rmdir',
  'stat',
  'truncate',
  'unlink',
  'utimes',
  'writeFile',
];
const TWO_PATHS = ['copyFile', 'link', 'rename', 'symlink'];

/**
 * Records every file that the process names outside of `root` (those of the program itself excepted) and every
 * connection that it opens to another port than `port`. Works on the modules that the program imports.
 */
export function watchOutside({ root, port }: { root: string; port: number }): OutsideWatch {
  const files: string[] = [];
  const connections: string[] = [];
  const program = resolve(import.meta.dirname, '../../../..');
  // Packages may be linked from elsewhere.
  const programs = [program, fs.realpathSync(join(program, 'node_modules'))];
  let isSeeing = true;
  const note = (operation: string, path: unknown) => {
    if (!isSeeing) return;
    const real = located(path);
    if (real !== null && ![root, ...programs].some((folder) => isBelow(real, folder)))
      files.push(`${operation} ${real}`);
  };
  const undo = [
    ...ONE_PATH.flatMap((name) => [
      replace(fsp, name, ([path]) => note(name, path)),
      replace(fs, name, ([path]) => note(name, path)),
      replace(fs, `${name}Sync`, ([path]) => note(name, path)),
    ]),
    ...TWO_PATHS.flatMap((name) => {
      const both = (parameters: unknown[]) => {
        note(name, parameters[0]);
        note(name, parameters[1]);
      };
      return [replace(fsp, name, both), replace(fs, name, both), replace(fs, `${name}Sync`, both)];
    }),
    replace(fs, 'createReadStream', ([path]) => note('createReadStream', path)),
    replace(fs, 'createWriteStream', ([path]) => note('createWriteStream', path)),
    replace(net.Socket.prototype, 'connect', (parameters) => {
      const target = connectTarget(parameters);
      if (target.port !== port) connections.push(`${target.host}:${target.port}`);
    }),
  ];
  syncBuiltinESMExports();
  const stop = () => {
    for (const one of undo) one();
    syncBuiltinESMExports();
  };
  const unseen = <T>(work: () => T): T => {
    isSeeing = false;
    try {
      return work();
    } finally {
      isSeeing = true;
    }
  };
  return { files, connections, unseen, stop };
}

function replace(holder: object, name: string, before: (parameters: unknown[]) => void): () => void {
  const functions = holder as Functions;
  const original = functions[name];
  if (typeof original !== 'function') return () => undefined;
  const watched = function (this: unknown, ...parameters: unknown[]) {
    before(parameters);
    return Reflect.apply(original, this, parameters);
  };
  functions[name] = Object.assign(watched, original);
  return () => {
    functions[name] = original;
  };
}

const readlink = fs.readlinkSync;

/** Where a path leads, as far as its text tells; a descriptor's path is that of what it has open. */
function located(path: unknown): string | null {
  if (typeof path === 'number') return null;
  const text = path instanceof URL ? path.pathname : String(path);
  const [, descriptor, rest = ''] = /^(\/proc\/self\/fd\/[0-9]+)(\/.*)?$/s.exec(text) ?? [];
  if (descriptor === undefined) return resolve(text);
  return resolve(readlink(descriptor) + rest);
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder + sep);
}

/** The forms of `socket.connect`: (options), (port, host), and the normalised list that `net.connect` passes on. */
function connectTarget(parameters: unknown[]): { host: string; port: number } {
  const [first, second] = Array.isArray(parameters[0]) ? (parameters[0] as unknown[]) : parameters;
  if (typeof first === 'object' && first !== null) {
    const { host, port } = first as { host?: unknown; port?: unknown };
    return { host: String(host ?? 'localhost'), port: Number(port) };
  }
  return { host: typeof second === 'string' ? second : 'localhost', port: Number(first) };
}
