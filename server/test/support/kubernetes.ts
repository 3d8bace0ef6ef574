import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Document, parseAllDocuments } from 'yaml';
import { REPOSITORY } from '../process/server-process.ts';

/** An object of Kubernetes, as far as tests look into it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  // biome-ignore lint/suspicious/noExplicitAny: what is below is validated by its schema.
  readonly [key: string]: any;
}

/** The objects of a file of ours, without what is commented out. */
export function readManifests(path: string): Manifest[] {
  return parseManifests(readFileSync(join(REPOSITORY, path), 'utf8'));
}

/** Keys that stand twice, and whatever else YAML forbids, are errors. */
function parseManifests(text: string): Manifest[] {
  const documents = parseAllDocuments(text, { uniqueKeys: true }) as Document[];
  for (const { errors } of documents) if (errors[0] !== undefined) throw errors[0];
  return documents
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest): manifest is Manifest => manifest !== null);
}

export const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

/** What an overlay makes, said by kustomize itself. */
export function kustomized(path: string): Manifest[] {
  const run = spawnSync('kubectl', ['kustomize', join(REPOSITORY, path)], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  return parseManifests(run.stdout);
}

/**
 * What a strict API server would refuse: values that the schema of the kind forbids, and fields that it does not have.
 * The schemas know which fields they have only by looking at them, so it is watched what they look at.
 */
export async function problemsOf(manifest: Manifest): Promise<string[]> {
  const { group, validate } = await schemaOf(manifest);
  const seen = new Set<string>();
  const isValid = validate(watched(manifest, '', seen));
  const wrong = (validate.errors ?? []).map(
    ({ instancePath, message, keyword, params }) =>
      `${instancePath} ${message ?? `${keyword} ${JSON.stringify(params)}`}`,
  );
  const unknown = pathsOf(manifest, '').filter((path) => !seen.has(path));
  return [...(isValid ? [] : wrong), ...unknown.map((path) => `${group}: no field ${path}`)];
}

interface Validate {
  (data: unknown): boolean;
  errors?: readonly {
    readonly instancePath: string;
    readonly message?: string;
    readonly keyword: string;
    readonly params: unknown;
  }[];
}

async function schemaOf({ apiVersion, kind }: Manifest): Promise<{ group: string; validate: Validate }> {
  const [version = '', group = 'core'] = apiVersion.split('/').reverse();
  const pascal = (text: string) => `${text[0]?.toUpperCase()}${text.slice(1)}`;
  const name = `IoK8sApi${pascal(group.split('.')[0] ?? '')}${pascal(version)}${kind}`;
  const schema = (await import(`kubernetes-models/_schemas/${name}`)) as { validate: Validate };
  return { group: `${apiVersion} ${kind}`, validate: schema.validate };
}

/** The value, which notes the paths of what is read from it. */
function watched(value: unknown, path: string, seen: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get(target, key) {
      const inner: unknown = Reflect.get(target, key);
      if (typeof key === 'symbol' || !Object.hasOwn(target, key)) return inner;
      seen.add(`${path}/${key}`);
      return watched(inner, `${path}/${key}`, seen);
    },
  });
}

function pathsOf(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    `${path}/${key}`,
    ...pathsOf(inner, `${path}/${key}`),
  ]);
}
