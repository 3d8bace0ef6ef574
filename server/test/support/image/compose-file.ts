import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { REPOSITORY } from '../../process/server-process.ts';

/** As far as ours go. */
interface ComposeService {
  readonly image: string;
  readonly profiles?: readonly string[];
  readonly build?: { readonly target: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly stop_grace_period?: string;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

export interface ComposeFile {
  readonly name: string;
  readonly services: Readonly<Record<string, ComposeService>>;
}

/** One of our compose files, with what `env` gives in place of `${NAME:-default}`. */
export function readCompose(name: string, env: Readonly<Record<string, string>> = {}): ComposeFile {
  const text = readFileSync(join(REPOSITORY, name), 'utf8');
  const filled = text.replaceAll(
    /\$\{(\w+):-([^}]*)\}/g,
    (_all, key: string, otherwise: string) => env[key] || otherwise,
  );
  return parse(filled) as ComposeFile;
}

/** The variables of `.env.example`, as if every # before one was taken away. */
export function exampleEnvironment(): Record<string, string> {
  const text = readFileSync(join(REPOSITORY, '.env.example'), 'utf8');
  return Object.fromEntries(
    [...text.matchAll(/^#([A-Z_0-9]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
}
