import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { REPOSITORY } from '../../process/server-process.ts';

/** The secrets that a first start of the compose files makes. */
export interface ComposeSecrets extends Disposable {
  readonly folder: string;
  all(): Record<string, string>;
  /** Gives the file that a container has in /run/registry-secrets. */
  read(path: string): string;
  /** As the service `secrets` does at each start. */
  make(): void;
}

export function composeSecrets(): ComposeSecrets {
  const folder = mkdtempSync(join(tmpdir(), 'registry-secrets-'));
  const make = () => execFileSync(process.execPath, [join(REPOSITORY, 'ops', 'make-secrets.mjs'), folder]);
  make();
  return {
    folder,
    make,
    all: () =>
      Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')])),
    read(path) {
      if (path !== `/run/registry-secrets/${basename(path)}`)
        throw new Error(`not among the secrets: ${path}`);
      return readFileSync(join(folder, basename(path)), 'utf8');
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
