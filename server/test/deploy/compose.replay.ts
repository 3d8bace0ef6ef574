import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { REPOSITORY } from '../process/server-process.ts';
import { composeSecrets } from '../support/image/compose-secrets.ts';

/** What the compose files mean, said by the compose specification's own loader (interop/compose, in Go). */

const hasGo = spawnSync('go', ['version']).status === 0;
if (!hasGo) process.stdout.write('compose: SKIPPED: the loader needs Go\n');
const loaderTest = test.skipIf(!hasGo);

interface Service {
  readonly build?: { readonly target: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly read_only?: boolean;
  readonly volumes?: readonly { readonly type: string; readonly source?: string; readonly target: string }[];
}

const MAIN = join(REPOSITORY, 'docker-compose.yml');
const DEV = join(REPOSITORY, 'docker-compose.dev.yml');

function load(...args: string[]) {
  const run = spawnSync('go', ['run', '.', ...args], {
    cwd: join(REPOSITORY, 'interop', 'compose'),
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...proxies() },
  });
  const model =
    run.status === 0 ? (JSON.parse(run.stdout) as { name: string; services: Record<string, Service> }) : null;
  return { status: run.status, stderr: run.stderr, model };
}

/** Go's own settings of this machine. */
function proxies(): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => /^(GO|SSL_|https?_proxy$)/i.test(name)),
  );
}

loaderTest.each([
  ['docker-compose.yml', [MAIN], ['cloud-mlflow-registry', 'postgres', 'secrets']],
  ['docker-compose.dev.yml', [DEV], ['cloud-mlflow-registry', 'postgres', 'secrets']],
  ['both', [MAIN, DEV], ['cloud-mlflow-registry', 'postgres', 'secrets']],
  ['profile s3', ['-profile', 's3', MAIN], ['cloud-mlflow-registry', 'postgres', 's3', 'secrets']],
  [
    'profile observability',
    ['-profile', 'observability', MAIN, DEV],
    ['cloud-mlflow-registry', 'grafana', 'postgres', 'prometheus', 'secrets'],
  ],
])(
  'the loader takes %s',
  (_name, args, services) => {
    const { status, stderr, model } = load(...args);
    expect([status, stderr]).toEqual([0, '']);
    expect(model?.name).toBe('farmiq-mlflow-registry');
    expect(Object.keys(model?.services ?? {}).sort()).toEqual(services);
  },
  300_000,
);

loaderTest(
  'the two files together are the image with the tests, which may write, on the database of the first',
  () => {
    using secrets = composeSecrets();
    const { model } = load(MAIN, DEV);
    const service = model?.services['cloud-mlflow-registry'];
    expect(service?.build?.target).toBe('dev');
    expect(service?.read_only ?? false).toBe(false);
    const volumes = service?.volumes?.map(({ type, target }) => `${type} ${target}`);
    expect(volumes?.sort()).toEqual([
      'bind /app/server/src',
      'bind /app/server/test',
      'tmpfs /tmp',
      'volume /mlflow',
      'volume /run/registry-secrets',
    ]);
    const config = loadConfig(service?.environment ?? {}, secrets.read);
    expect([config.auth, config.database.kind, config.logLevel]).toEqual(['local', 'postgres', 'debug']);
  },
);

loaderTest('a folder of secrets takes the place of the volume', () => {
  const folder = mkdtempSync(join(tmpdir(), 'registry-compose-'));
  try {
    writeFileSync(join(folder, 'env'), 'SECRETS_FOLDER=./secrets\nPUBLISHED_ADDRESS=127.0.0.1:9000\n');
    const { model } = load('-env', join(folder, 'env'), MAIN);
    const mounted = model?.services['postgres']?.volumes?.find(
      ({ target }) => target === '/run/registry-secrets',
    );
    expect(mounted).toMatchObject({ type: 'bind', source: join(REPOSITORY, 'secrets') });
    expect(JSON.stringify(model)).toContain('"published":"9000"');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

loaderTest('the loader refuses what is no compose file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'registry-compose-'));
  try {
    writeFileSync(join(folder, 'broken.yml'), 'services:\n  a:\n    image: x\n    dependson: [b]\n');
    const { status, stderr } = load(join(folder, 'broken.yml'));
    expect([status, stderr]).toEqual([1, expect.stringContaining('dependson')]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
