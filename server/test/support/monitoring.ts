import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { REPOSITORY } from '../process/server-process.ts';

/** An expression of PromQL and where it stands. */
export interface Expression {
  readonly title: string;
  readonly text: string;
}

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook: string };
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly description?: string;
  readonly type: string;
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly { readonly expr: string }[];
}

const OPS = join(REPOSITORY, 'ops');

export const alerts: readonly Alert[] = parse(readFileSync(join(OPS, 'alerts.yaml'), 'utf8')).groups.flatMap(
  ({ rules }: { rules: Alert[] }) => rules,
);

export const panels: readonly Panel[] = JSON.parse(
  readFileSync(join(OPS, 'grafana-dashboard.json'), 'utf8'),
).panels.filter(({ type }: Panel) => type !== 'row');

/** All of the dashboard, with its variables filled in so that everything matches. */
export const dashboardExpressions: readonly Expression[] = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({
    title,
    text: expr
      .replaceAll('$__rate_interval', '1m')
      .replaceAll('"$job"', '".+"')
      .replaceAll('"$instance"', '".+"'),
  })),
);

export const alertExpressions: readonly Expression[] = alerts.map(({ alert, expr }) => ({
  title: alert,
  text: expr,
}));

/** The metrics of ours that an expression names; samples of a distribution under the distribution's name, too. */
export function metricsIn(expression: string): string[] {
  return [...expression.matchAll(/\b(?:registry|process|nodejs)_[a-z_]+/g)].map(([name]) => name);
}
