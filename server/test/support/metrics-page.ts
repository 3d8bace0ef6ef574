import { FIGURES, type Figure } from '../../src/telemetry/figures.ts';

/** The table of figures as a Markdown page (docs/metrics.md). */
export function renderMetricsPage(): string {
  const rows = Object.values(FIGURES as Record<string, Figure>).map(
    ({ name, type, labels, help }) =>
      `| \`${name}\` | ${type} | ${labels.length === 0 ? '–' : labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
  );
  return [
    '# Metrics',
    '',
    'Generated from `server/src/telemetry/figures.ts`. `GET /metrics` gives them as OpenMetrics 1.0 to who asks for it, else as the older text of',
    'Prometheus. It is on `PORT`, where with sign-in on it takes a reader of all models (a token with the scope read), or on a port of its own (`METRICS_PORT`), open to whoever reaches that.',
    '',
    '```bash',
    'curl "http://localhost:5136/metrics"',
    '```',
    '',
    'No label holds what a user chose: no model, no version, no path. Figures of requests and statements are of the process that is asked; what waits is of the',
    'database that all of them share, read once in five seconds at most. Ages are 0 when nothing waits; a count of what waits stops at 10,000.',
    '',
    'A dashboard for Grafana is [ops/grafana-dashboard.json](../ops/grafana-dashboard.json), rules for Prometheus are [ops/alerts.yaml](../ops/alerts.yaml); each alert leads to its',
    'runbook in [operations](operations.md#runbooks). A scraper needs:',
    '',
    '```yaml',
    'scrape_configs:',
    '  - job_name: model-registry',
    '    static_configs: [{targets: ["registry:9464"]}]   # METRICS_PORT=9464',
    '```',
    '',
    '| metric | type | labels | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
