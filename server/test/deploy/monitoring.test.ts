import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Running } from '../../src/compose.ts';
import { FIGURES, type Figure } from '../../src/telemetry/figures.ts';
import { REPOSITORY } from '../process/server-process.ts';
import { alertExpressions, alerts, dashboardExpressions, metricsIn, panels } from '../support/monitoring.ts';
import { namesIn, readScrape } from '../support/scrape.ts';
import { runningServer } from '../support/whole-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'registry-monitoring-'));
let running: Running;
let scraped: ReadonlySet<string>;

beforeAll(async () => {
  running = await runningServer(folder);
  const origin = `http://127.0.0.1:${(running.app.server.address() as AddressInfo).port}`;
  await fetch(`${origin}/api/v1/models`);
  scraped = namesIn(readScrape(await (await fetch(`${origin}/metrics`)).text()));
});
afterAll(async () => {
  await running.close();
  rmSync(folder, { recursive: true });
});

/** What Prometheus adds to each series, and what it makes of a distribution. */
const ADDED = ['job', 'instance', 'le'];
const FIGURE_OF = new Map(
  Object.values(FIGURES as Record<string, Figure>).flatMap((figure): [string, Figure][] =>
    figure.type === 'histogram'
      ? ['bucket', 'count', 'sum'].map((kind) => [`${figure.name}_${kind}`, figure])
      : [[figure.name, figure]],
  ),
);

describe.each([
  ['dashboard', dashboardExpressions],
  ['alerts', alertExpressions],
])('the %s', (_where, expressions) => {
  test.each(expressions.filter(({ text }) => !text.startsWith('up{')))(
    '$title asks for what is in a scrape',
    ({ text }) => {
      const metrics = metricsIn(text);
      expect(metrics.length).toBeGreaterThan(0);
      const labels = new Set(ADDED);
      for (const metric of metrics) {
        expect(scraped, metric).toContain(metric);
        for (const label of FIGURE_OF.get(metric)?.labels ?? []) labels.add(label);
      }
      const asked = [
        ...[...text.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/, ?/)),
        ...[...text.matchAll(/([a-z_]+)(?:=~|!~|=|!=)"/g)].map(([, label = '']) => label),
      ];
      for (const label of asked) expect([...labels], text).toContain(label);
    },
  );
});

describe('the dashboard', () => {
  test('has a description and a unit for every panel, and no address of anybody', () => {
    for (const { title, description, fieldConfig } of panels) {
      expect(description, title).toBeTruthy();
      expect(fieldConfig?.defaults.unit, title).toBeTruthy();
    }
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(readFileSync(join(REPOSITORY, 'ops/grafana-dashboard.json'), 'utf8')).not.toMatch(/https?:/);
  });

  test('shows every figure but those that say the same in other words', () => {
    const shown = new Set(dashboardExpressions.flatMap(({ text }) => metricsIn(text)));
    const missing = Object.values(FIGURES as Record<string, Figure>).filter(
      ({ name }) => ![...shown].some((metric) => metric === name || metric.startsWith(`${name}_`)),
    );
    expect(missing.map(({ name }) => name)).toEqual([
      'registry_job_running',
      'process_start_time_seconds',
      'nodejs_heap_size_total_bytes',
    ]);
  });
});

test.each(alerts.map((alert) => [alert.alert, alert] as const))('%s leads to its runbook', (_name, alert) => {
  expect(['page', 'ticket']).toContain(alert.labels.severity);
  const [, anchor = ''] = /^docs\/operations\.md#([a-z-]+)$/.exec(alert.annotations.runbook) ?? [];
  const page = join(REPOSITORY, 'docs/operations.md');
  expect(existsSync(page)).toBe(true);
  const anchors = [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );
  expect(anchors).toContain(anchor);
});
