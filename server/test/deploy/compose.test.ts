import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { STOP_LIMIT_MS } from '../../src/compose/stop.ts';
import { loadConfig } from '../../src/config/config.ts';
import { REPOSITORY } from '../process/server-process.ts';
import { freePort } from '../support/free-port.ts';
import { exampleEnvironment, readCompose } from '../support/image/compose-file.ts';
import { composeSecrets } from '../support/image/compose-secrets.ts';
import { parseDockerfile } from '../support/image/dockerfile.ts';
import { createPostgresDatabase } from '../support/postgres.ts';

const FILES = ['docker-compose.yml', 'docker-compose.dev.yml'];
const stages = parseDockerfile(readFileSync(join(REPOSITORY, 'Dockerfile'), 'utf8'));

/** What a container of the registry has in its environment. */
function environment(file: string, env: Readonly<Record<string, string>> = {}) {
  const service = readCompose(file, env).services['cloud-mlflow-registry'];
  const image = stages.get(service?.build?.target ?? '')?.env ?? new Map<string, string>();
  return { ...Object.fromEntries(image), ...env, ...service?.environment };
}

test.each(FILES)('%s alone has both services and makes one project with the other', (file) => {
  const { name, services } = readCompose(file);
  expect(name).toBe('farmiq-mlflow-registry');
  expect(Object.keys(services)).toEqual(
    expect.arrayContaining(['cloud-mlflow-registry', 'postgres', 'secrets']),
  );
  expect(stages.has(services['cloud-mlflow-registry']?.build?.target ?? '')).toBe(true);
  expect(services['cloud-mlflow-registry']?.depends_on).toMatchObject({
    postgres: { condition: 'service_healthy' },
    secrets: { condition: 'service_completed_successfully' },
  });
});

test.each(FILES)('%s gives the registry settings that it takes, on PostgreSQL and with sign-in', (file) => {
  using secrets = composeSecrets();
  const config = loadConfig(environment(file), secrets.read);
  const password = encodeURIComponent(secrets.all()['postgres-password'] ?? '');
  expect(config).toMatchObject({
    auth: 'local',
    bootstrapAdmin: 'admin',
    bootstrapAdminPassword: secrets.all()['admin-password'],
    host: '0.0.0.0',
    port: 5136,
    allowedHosts: ['cloud-mlflow-registry'],
    artifactRoot: { kind: 'folder', path: '/mlflow/artifacts' },
    database: { kind: 'postgres', url: `postgresql://farmiq:${password}@postgres:5432/mlflow_registry` },
  });
  // Shorter passwords are refused for the first admin.
  expect(config.bootstrapAdminPassword?.length).toBeGreaterThanOrEqual(15);
  const { environment: postgres } = readCompose(file).services['postgres'] ?? {};
  expect(postgres).toMatchObject({ POSTGRES_USER: 'farmiq', POSTGRES_DB: 'mlflow_registry' });
  expect(secrets.read(postgres?.['POSTGRES_PASSWORD_FILE'] ?? '')).toBe(secrets.all()['postgres-password']);
});

test('every line of .env.example is taken, and leads to the S3 server of its profile', () => {
  using secrets = composeSecrets();
  const config = loadConfig(environment('docker-compose.yml', exampleEnvironment()), secrets.read);
  expect(config).toMatchObject({
    artifactRoot: { kind: 's3', bucket: 'mlflow', prefix: 'artifacts' },
    s3AccessKeyId: secrets.all()['s3-access-key'],
    s3SecretAccessKey: secrets.all()['s3-secret-key'],
    allowedHosts: ['cloud-mlflow-registry', 'registry.example.org'],
  });
  const { s3 } = readCompose('docker-compose.yml').services;
  expect(config.s3Endpoint?.toString()).toMatch(/^http:\/\/s3:7070\/?$/);
  expect(JSON.stringify(s3)).toContain('--port :7070');
  expect(JSON.stringify(s3)).toContain('/data/mlflow');
});

test.each(FILES)('%s has no secret in it, and publishes on this machine alone', (file) => {
  const { services } = readCompose(file);
  for (const [name, { environment: env = {}, ports = [] }] of Object.entries(services)) {
    for (const [key, value] of Object.entries(env))
      if (/PASSWORD|SECRET|KEY|TOKEN|URI/.test(key))
        expect([name, key, value]).toEqual([
          name,
          expect.stringMatching(/_FILE$/),
          expect.stringMatching(/^\/run\/registry-secrets\/[a-z0-9-]+$/),
        ]);
    for (const port of ports) expect([name, port]).toEqual([name, expect.stringMatching(/^127\.0\.0\.1:/)]);
  }
});

test('what both files have is the same, and their Node is the one of the image', () => {
  const [{ services: main }, { services: dev }] = [readCompose(FILES[0]!), readCompose(FILES[1]!)];
  for (const name of ['postgres', 'secrets']) expect(dev[name]).toEqual(main[name]);
  expect(main['secrets']?.image).toBe(stages.get('base')?.from);
});

test.each(FILES)('%s gives the registry the time that it takes to stop', (file) => {
  const { stop_grace_period: grace } = readCompose(file).services['cloud-mlflow-registry'] ?? {};
  expect(Number.parseInt(grace ?? '', 10) * 1_000).toBeGreaterThan(STOP_LIMIT_MS);
});

test('secrets are made once, each of its own, and what is there already is kept', () => {
  using secrets = composeSecrets();
  const before = secrets.all();
  expect(new Set(Object.values(before)).size).toBe(Object.keys(before).length);
  for (const name of Object.keys(before))
    expect([name, statSync(join(secrets.folder, name)).mode & 0o777]).toEqual([name, 0o440]);
  secrets.make();
  expect(secrets.all()).toEqual(before);
});

test('the address of the database is made from the password that is there', () => {
  using secrets = composeSecrets();
  for (const name of ['postgres-password', 'tracking-uri']) rmSync(join(secrets.folder, name));
  writeFileSync(join(secrets.folder, 'postgres-password'), 'a/b@c:d\n');
  secrets.make();
  const { database } = loadConfig(environment('docker-compose.yml'), secrets.read);
  const url = new URL(database.kind === 'postgres' ? database.url : '');
  expect([decodeURIComponent(url.password), url.hostname]).toEqual(['a/b@c:d', 'postgres']);
});

const hasClient = spawnSync('pg_isready', ['--version']).status === 0;

test.skipIf(!hasClient)(
  'the health of PostgreSQL is asked by a command that tells up from away',
  async () => {
    const { test: [how, ...command] = [] } =
      readCompose('docker-compose.yml').services['postgres']?.healthcheck ?? {};
    expect(how).toBe('CMD');
    const database = await createPostgresDatabase();
    try {
      const asked = (port: string) =>
        spawnSync(command[0] ?? '', [...command.slice(1), `--port=${port}`]).status;
      expect(asked(new URL(database.url).port)).toBe(0);
      expect(asked(`${await freePort()}`)).toBe(2);
    } finally {
      await database.drop();
    }
  },
);
