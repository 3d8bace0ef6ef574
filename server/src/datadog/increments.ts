import type { Family, Sample } from '../operations/ports/telemetry.ts';

/** One line of DogStatsD. */
export interface Figure {
  readonly type: 'count' | 'gauge';
  readonly name: string;
  readonly value: number;
  readonly tags: readonly string[];
}

/**
 * What grew since the last time, of figures that only grow, and what is now, of the others. Distributions become `.count`, `.sum`
 * and `.bucket` (how many took at most `upper_bound`), as Datadog's own check reads them from Prometheus.
 */
export function increments(): (families: readonly Family[]) => Figure[] {
  const sent = new Map<string, number>();
  return (families) => {
    const figures: Figure[] = [];
    const grown = (name: string, tags: readonly string[], total: number) => {
      const key = `${name}|${tags.join()}`;
      const value = total - (sent.get(key) ?? 0);
      sent.set(key, total);
      if (value !== 0) figures.push({ type: 'count', name, value, tags });
    };
    for (const family of families)
      for (const sample of family.samples) {
        const name = datadogName(family.name);
        const tags = tagsOf(family, sample);
        const { value } = sample;
        if (typeof value !== 'number') {
          let below = 0;
          value.counts.forEach((count, index) => {
            below += count;
            grown(`${name}.bucket`, [...tags, `upper_bound:${value.bounds[index] ?? 'inf'}`], below);
          });
          grown(`${name}.count`, tags, below);
          grown(`${name}.sum`, tags, value.sum);
        } else if (family.type === 'counter') grown(name, tags, value);
        else figures.push({ type: 'gauge', name, value, tags });
      }
    return figures;
  };
}

/** `registry_artifact_bytes_total` → `farmiq.registry.artifact_bytes`. */
export function datadogName(name: string): string {
  return `farmiq.${name.replace(/_total$/, '').replace('_', '.')}`;
}

/** Tags that Datadog gives a meaning: the service that is told of may be deployed as another version than the program is. */
const UNIFIED = new Set(['env', 'service', 'version']);

function tagsOf({ labels }: Family, sample: Sample): string[] {
  return labels.map(
    (label, index) => `${UNIFIED.has(label) ? `program_${label}` : label}:${sample.labels[index] ?? ''}`,
  );
}
