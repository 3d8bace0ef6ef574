import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Running } from '../../src/compose.ts';
import { REPOSITORY, until } from '../process/server-process.ts';
import { freePort } from '../support/free-port.ts';
import { alertExpressions, alerts, dashboardExpressions } from '../support/monitoring.ts';
import { runningServer } from '../support/whole-server.ts';

/*
 * What a platform's Prometheus does with ops/: Debian's, started here, scrapes two servers, one on METRICS_PORT and one on PORT with a
 * token, loads the rules, and is asked every expression of the dashboard.
 */

const OPS = join(REPOSITORY, 'ops');
const isThere =
  spawnSync('promtool', ['--version']).status === 0 && spawnSync('prometheus', ['--version']).status === 0;
if (!isThere)
  process.stdout.write('monitoring: SKIPPED: there is no prometheus and promtool (Debian: prometheus)\n');
const monitored = describe.skipIf(!isThere);

const portOf = (address: AddressInfo | string | null | undefined) => (address as AddressInfo).port;

monitored('promtool', () => {
  test.each([
    ['check', 'rules', 'alerts.yaml'],
    ['test', 'rules', 'alerts.test.yaml'],
    ['check', 'config', '--syntax-only', 'prometheus.yaml'],
  ])('%s %s passes', (...args) => {
    const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: OPS, encoding: 'utf8' });
    expect(`${stdout}${stderr}`).toMatch(/SUCCESS/);
    expect(status).toBe(0);
  });
});

monitored('a real Prometheus', () => {
  const folder = mkdtempSync(join(tmpdir(), 'registry-prometheus-'));
  let open: Running;
  let guarded: Running;
  let prometheus: ChildProcess;
  let origin: string;

  async function get(path: string): Promise<{ status: string; data: never }> {
    return (await fetch(origin + path)).json() as Promise<{ status: string; data: never }>;
  }
  async function query(text: string): Promise<unknown[]> {
    const { status, data } = await get(`/api/v1/query?query=${encodeURIComponent(text)}`);
    expect(status, text).toBe('success');
    return (data as { result: unknown[] }).result;
  }

  beforeAll(async () => {
    open = await runningServer(join(folder, 'open'), { METRICS_PORT: '0' });
    guarded = await runningServer(join(folder, 'guarded'), {
      REGISTRY_AUTH: 'local',
      REGISTRY_BOOTSTRAP_ADMIN: 'root',
      REGISTRY_BOOTSTRAP_ADMIN_PASSWORD: 'barn-owl-tractor-seven',
    });
    const token = await newToken(guarded);
    writeFileSync(join(folder, 'token'), token);
    const port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    const config = {
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
      rule_files: [join(OPS, 'alerts.yaml')],
      scrape_configs: [
        {
          job_name: 'model-registry',
          static_configs: [{ targets: [`127.0.0.1:${portOf(open.metricsServer?.address())}`] }],
        },
        {
          job_name: 'signed-in',
          authorization: { credentials_file: join(folder, 'token') },
          static_configs: [{ targets: [`127.0.0.1:${portOf(guarded.app.server.address())}`] }],
        },
      ],
    };
    writeFileSync(join(folder, 'prometheus.yaml'), JSON.stringify(config));
    prometheus = spawn(
      'prometheus',
      [
        `--config.file=${join(folder, 'prometheus.yaml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: 'ignore' },
    );
    await until(async () => (await fetch(`${origin}/-/ready`).catch(() => null))?.ok === true, 30_000);
    await useAll(`http://127.0.0.1:${portOf(open.app.server.address())}`);
    // Twice what grows was seen, so that there is a rate.
    await until(
      async () => (await query('min(count_over_time(registry_build_info[1m])) >= 3')).length > 0,
      30_000,
    );
  }, 90_000);
  afterAll(async () => {
    prometheus?.kill('SIGKILL');
    await Promise.all([open?.close(), guarded?.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  test('reads both servers', async () => {
    const { data } = await get('/api/v1/targets?state=active');
    const targets = (
      data as { activeTargets: { labels: { job: string }; health: string; lastError: string }[] }
    ).activeTargets;
    expect(targets.map(({ labels, health, lastError }) => [labels.job, health, lastError]).sort()).toEqual([
      ['model-registry', 'up', ''],
      ['signed-in', 'up', ''],
    ]);
  });

  test('finds nothing to object to in a scrape', async () => {
    const url = `http://127.0.0.1:${portOf(open.metricsServer?.address())}/metrics`;
    const text = await (await fetch(url)).text();
    const { stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    expect(`${stdout}${stderr}`).toBe('');
  });

  test('has loaded every alert, and none of them fires for servers that are well', async () => {
    const { data } = await get('/api/v1/rules');
    const rules = (
      data as { groups: { rules: { name: string; health: string; state: string }[] }[] }
    ).groups.flatMap((group) => group.rules);
    expect(rules.map(({ name, health, state }) => [name, health, state])).toEqual(
      alerts.map(({ alert }) => [alert, 'ok', 'inactive']),
    );
  });

  test.each(dashboardExpressions)('$title has something to show: $text', async ({ text }) => {
    expect((await query(text)).length).toBeGreaterThan(0);
  });

  test.each(alertExpressions)('$title is an expression that it knows', async ({ text }) => {
    expect(await query(text)).toEqual([]);
  });
});

/** A little of everything that is measured. */
async function useAll(origin: string): Promise<void> {
  const send = (method: string, path: string, body?: string) =>
    fetch(origin + path, { method, ...(body && { body, headers: { 'content-type': 'application/json' } }) });
  await send('POST', '/api/v1/models/register', JSON.stringify({ model_name: 'm', model_type: 'custom' }));
  const file = '/api/v1/models/m/versions/1/files/weights.bin';
  await fetch(origin + file, { method: 'PUT', body: 'weights' });
  await send('GET', file);
  await send('GET', '/api/v1/models/absent');
}

async function newToken({ app }: Running): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${portOf(app.server.address())}/api/v1/tokens`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${btoa('root:barn-owl-tractor-seven')}`,
    },
    body: JSON.stringify({ name: 'prometheus', scopes: ['read'] }),
  });
  const { secret } = (await answer.json()) as { secret: string };
  return secret;
}
