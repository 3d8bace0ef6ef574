import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readScrape } from '../support/scrape.ts';
import { runningServer } from '../support/whole-server.ts';

/** Where the whole program serves, and where its metrics. */
async function started(settings: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'registry-metrics-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const running = await runningServer(folder, { METRICS_PORT: '0', ...settings });
  const portOf = (address: AddressInfo | string | null | undefined) => (address as AddressInfo).port;
  return {
    running,
    main: `http://127.0.0.1:${portOf(running.app.server.address())}`,
    metrics: `http://127.0.0.1:${portOf(running.metricsServer?.address())}`,
  };
}

test('METRICS_PORT serves metrics and nothing else, without sign-in, and PORT serves them no more', async () => {
  const { running, main, metrics } = await started({ REGISTRY_AUTH: 'local' });
  onTestFinished(() => running.close());
  const answer = await fetch(`${metrics}/metrics`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ]);
  const { series } = readScrape(await answer.text());
  expect(series.get('registry_database_up')).toBe(1);
  expect((await fetch(`${metrics}/metrics?x=1`, { method: 'HEAD' })).status).toBe(200);
  for (const path of ['/', '/health', '/api/v1/models', '/metrics/x'])
    expect((await fetch(metrics + path)).status, path).toBe(404);
  const posted = await fetch(`${metrics}/metrics`, { method: 'POST', body: 'x' });
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  // As any path that is none.
  expect((await fetch(`${main}/metrics`)).status).toBe((await fetch(`${main}/nothing`)).status);
  expect((await fetch(`${main}/ready`)).status).toBe(200);
});

test('the port of metrics closes with the server', async () => {
  const { running, metrics } = await started();
  expect((await fetch(`${metrics}/metrics`)).status).toBe(200);
  await running.close();
  await expect(fetch(`${metrics}/metrics`)).rejects.toThrow();
});

test('a port that is taken stops the start', async () => {
  const { running, metrics } = await started();
  onTestFinished(() => running.close());
  const port = new URL(metrics).port;
  await expect(started({ METRICS_PORT: port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
