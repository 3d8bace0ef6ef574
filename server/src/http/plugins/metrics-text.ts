import type { Distribution, Family, Sample } from '../../operations/ports/telemetry.ts';

export type MetricsFormat = 'openmetrics' | 'prometheus';

export const METRICS_TYPES = {
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
} as const satisfies Record<MetricsFormat, string>;

/** OpenMetrics for who asks for it, as Prometheus does; else the older text, which everybody reads. */
export function metricsFormat(accept: string | undefined): MetricsFormat {
  const wanted = (accept ?? '')
    .split(',')
    .map((one) => one.split(';').map((part) => part.trim().toLowerCase()));
  const quality = (type: string) => {
    const found = wanted.find(([name]) => name === type);
    if (found === undefined) return null;
    const q = found.find((part) => part.startsWith('q='));
    return q === undefined ? 1 : Number(q.slice(2)) || 0;
  };
  const open = quality('application/openmetrics-text') ?? 0;
  return open > 0 && open >= (quality('text/plain') ?? 0) ? 'openmetrics' : 'prometheus';
}

/** Figures as text (OpenMetrics 1.0, or Prometheus 0.0.4). */
export function renderMetrics(families: readonly Family[], format: MetricsFormat): string {
  const lines = families
    .filter(({ samples }) => samples.length > 0)
    .flatMap((family) => render(family, format));
  if (format === 'openmetrics') lines.push('# EOF');
  return `${lines.join('\n')}\n`;
}

function render({ name, type, help, labels, samples }: Family, format: MetricsFormat): string[] {
  // OpenMetrics: the suffix is of the sample, not of the family.
  const family = format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name;
  return [
    `# HELP ${family} ${escapeHelp(help, format)}`,
    `# TYPE ${family} ${type}`,
    ...samples.flatMap((sample) => renderSample(name, labels, sample)),
  ];
}

function renderSample(name: string, names: readonly string[], { labels, value }: Sample): string[] {
  const pairs = names.map((label, index) => `${label}="${escapeLabel(labels[index] ?? '')}"`);
  if (typeof value === 'number') return [`${name}${braced(pairs)} ${value}`];
  return renderDistribution(name, pairs, value);
}

function renderDistribution(name: string, pairs: readonly string[], value: Distribution): string[] {
  const { bounds, counts, sum } = value;
  let below = 0;
  const buckets = counts.map((count, index) => {
    below += count;
    const bound = bounds[index];
    return `${name}_bucket${braced([...pairs, `le="${bound === undefined ? '+Inf' : float(bound)}"`])} ${below}`;
  });
  return [...buckets, `${name}_sum${braced(pairs)} ${sum}`, `${name}_count${braced(pairs)} ${below}`];
}

/** OpenMetrics: a bound is the same text for ever, and shows that it is no integer. */
function float(bound: number): string {
  return Number.isInteger(bound) ? `${bound}.0` : String(bound);
}

function braced(pairs: readonly string[]): string {
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

function escapeHelp(text: string, format: MetricsFormat): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return format === 'openmetrics' ? escaped.replaceAll('"', '\\"') : escaped;
}
