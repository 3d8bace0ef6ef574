import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';

/** A file of the tree under test: its path below `src`, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** One floor: files whose path begins so, and what they may import (other floors, packages, Node modules). */
interface Floor {
  readonly prefix: string;
  readonly floors: readonly string[];
  readonly packages: readonly string[] | 'any';
  readonly node: boolean;
}

/** The law of DESIGN section 4, most specific prefix first. */
const LAW: readonly Floor[] = [
  { prefix: 'domain/', floors: ['domain/'], packages: [], node: false },
  { prefix: 'operations/', floors: ['domain/', 'operations/'], packages: [], node: false },
  {
    prefix: 'store/',
    floors: ['store/', 'domain/', 'operations/ports'],
    packages: ['kysely', 'pg'],
    node: true,
  },
  {
    prefix: 'artifacts/',
    floors: ['artifacts/', 'domain/', 'operations/ports'],
    packages: ['@aws-sdk/client-s3', '@aws-sdk/s3-request-presigner'],
    node: true,
  },
  { prefix: 'egress/', floors: ['egress/', 'domain/', 'operations/ports'], packages: [], node: true },
  {
    prefix: 'identity/',
    floors: ['identity/', 'domain/', 'operations/ports'],
    packages: ['openid-client', 'jose'],
    node: true,
  },
  {
    prefix: 'datadog/',
    floors: ['datadog/', 'operations/ports'],
    packages: ['hot-shots', 'node-unix-socket'],
    node: true,
  },
  {
    prefix: 'tracing/',
    floors: ['tracing/', 'domain/', 'operations/ports'],
    packages: [
      '@opentelemetry/api',
      '@opentelemetry/core',
      '@opentelemetry/exporter-trace-otlp-proto',
      '@opentelemetry/resources',
      '@opentelemetry/sdk-trace',
    ],
    node: true,
  },
  { prefix: 'logging/', floors: ['logging/'], packages: ['pino'], node: true },
  { prefix: 'telemetry/', floors: ['telemetry/', 'operations/ports'], packages: [], node: true },
  { prefix: 'host/', floors: ['host/', 'operations/ports'], packages: ['yaml'], node: true },
  {
    prefix: 'http/mlflow/',
    floors: ['http/mlflow/', 'http/plugins/', 'domain/', 'operations/'],
    packages: ['fastify'],
    node: true,
  },
  {
    prefix: 'http/v1/',
    floors: ['http/v1/', 'http/plugins/', 'domain/', 'operations/'],
    packages: [
      'fastify',
      'typebox',
      '@fastify/type-provider-typebox',
      '@fastify/swagger',
      '@scalar/fastify-api-reference',
    ],
    node: true,
  },
  {
    prefix: 'http/plugins/',
    floors: ['http/plugins/', 'domain/', 'operations/'],
    packages: ['fastify'],
    node: true,
  },
  {
    prefix: 'http/',
    floors: ['http/', 'domain/', 'operations/'],
    packages: ['fastify'],
    node: true,
  },
  { prefix: 'jobs/', floors: ['jobs/', 'domain/', 'operations/'], packages: [], node: false },
  { prefix: 'cli/', floors: ['cli/', 'domain/', 'operations/'], packages: ['commander'], node: true },
  { prefix: 'config/', floors: ['config/'], packages: [], node: true },
  { prefix: 'compose/', floors: [''], packages: 'any', node: true },
  { prefix: 'compose.ts', floors: [''], packages: 'any', node: true },
  { prefix: 'main.ts', floors: [''], packages: 'any', node: true },
];

const IMPORT = /^\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?\s*['"]([^'"]+)['"]/gm;
const DYNAMIC_IMPORT = /\bimport\(\s*['"]([^'"]+)['"]/g;
const ENVIRONMENT = /\bprocess\s*\.\s*(?:env|argv|exit)\b/;
const ASYNC = /\basync\b|\bawait\b|\bPromise</;

/** Every breach of the law, as sentences. */
export function breaches(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const code = withoutComments(file.text);
    return [...importBreaches(file.path, code), ...habitBreaches(file.path, code)];
  });
}

function importBreaches(path: string, code: string): string[] {
  const floor = LAW.find(({ prefix }) => path.startsWith(prefix));
  if (floor === undefined) return [`${path} is on no floor`];
  const targets = [...code.matchAll(IMPORT), ...code.matchAll(DYNAMIC_IMPORT)].map((match) => match[1] ?? '');
  return targets
    .filter((target) => !isAllowed(floor, path, target))
    .map((target) => `${path} imports ${target}`);
}

function isAllowed(floor: Floor, path: string, target: string): boolean {
  if (target.startsWith('node:')) return floor.node;
  if (target.startsWith('.')) {
    const reached = relative('/', resolve('/', path, '..', target))
      .split(sep)
      .join('/');
    return floor.floors.some((prefix) => reached.startsWith(prefix));
  }
  return (
    floor.packages === 'any' ||
    floor.packages.some((name) => target === name || target.startsWith(`${name}/`))
  );
}

/** What is not an import: the environment belongs to main.ts, and the domain neither waits nor reads a clock. */
function habitBreaches(path: string, code: string): string[] {
  const found: string[] = [];
  if (path !== 'main.ts' && ENVIRONMENT.test(code)) found.push(`${path} reads the environment or exits`);
  if (!path.startsWith('domain/') || path.endsWith('.test.ts')) return found;
  if (ASYNC.test(code)) found.push(`${path} is asynchronous`);
  if (/\bDate\.now\b|\bMath\.random\b|new Date\(\s*\)/.test(code))
    found.push(`${path} reads a clock or random`);
  return found;
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

/** The source files below a folder; tests beside their file may use what they like. */
export function readTree(root: string): SourceFile[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((path) => path.split(sep).join('/'))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}
