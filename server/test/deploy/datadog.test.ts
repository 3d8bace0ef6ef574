import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { datadogName } from '../../src/datadog/increments.ts';
import {
  DATABASE_BOUNDS,
  FIGURES,
  type Figure,
  LOOP_BOUNDS,
  REQUEST_BOUNDS,
} from '../../src/telemetry/figures.ts';

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../ops/datadog/${name}.json`, import.meta.url), 'utf8'));

interface Monitor {
  readonly name: string;
  readonly type: string;
  readonly query: string;
  readonly message: string;
  readonly options: { readonly thresholds: { readonly critical: number; readonly warning?: number } };
}
const monitors: Monitor[] = read('monitors');
const dashboard = read('dashboard');

/** All queries of a document, wherever they stand. */
function queriesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(queriesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'query' && typeof inner === 'string' ? [inner] : queriesIn(inner),
  );
}

const SENT = new Map(
  Object.values(FIGURES as Record<string, Figure>).flatMap((figure): [string, Figure][] => {
    const name = datadogName(figure.name);
    return figure.type === 'histogram'
      ? ['count', 'sum', 'bucket'].map((kind) => [`${name}.${kind}`, figure])
      : [[name, figure]];
  }),
);
const ON_EVERYTHING = ['env', 'service', 'version', 'host'];
const BOUNDS = new Set([...REQUEST_BOUNDS, ...DATABASE_BOUNDS, ...LOOP_BOUNDS].map(String));

const all = [...queriesIn(dashboard), ...queriesIn(monitors)];

describe('what is asked of Datadog', () => {
  test('there is something', () => {
    expect(queriesIn(dashboard).length).toBeGreaterThan(20);
    expect(monitors.length).toBeGreaterThan(8);
  });

  test.each([...new Set(all)])('%s asks for figures and tags that are sent', (query) => {
    const asked = [...query.matchAll(/(?:avg|sum|min|max):([a-z0-9_.]+)\{([^}]*)\}(?: by \{([^}]*)\})?/g)];
    expect(asked.length).toBeGreaterThan(0);
    for (const [, name = '', scope = '', by = ''] of asked) {
      const figure = SENT.get(name);
      expect(figure, name).toBeDefined();
      const tags = [
        ...ON_EVERYTHING,
        ...(figure?.labels ?? []),
        ...(name.endsWith('.bucket') ? ['upper_bound'] : []),
      ];
      const keys = scope.split(',').map((one) => one.replace('$', '').split(':')[0]);
      for (const key of [...keys, ...by.split(',').filter((one) => one !== '')])
        expect(tags, query).toContain(key);
      const bound = /upper_bound:([0-9.]+)/.exec(scope)?.[1];
      if (bound !== undefined) expect(BOUNDS).toContain(bound);
    }
    // What grows is counted; what is, is not.
    const grows = asked.map(([, name = '']) => SENT.get(name)?.type !== 'gauge');
    expect([...query.matchAll(/\.as_count\(\)/g)].length).toBe(grows.filter(Boolean).length);
  });
});

describe('monitors', () => {
  test.each(monitors.map((monitor) => [monitor.name, monitor] as const))(
    '%s can be created',
    (_name, monitor) => {
      const { type, query, message, options } = monitor;
      expect(type).toBe('query alert');
      const [, sign, limit] = /([<>]) ([0-9.]+)$/.exec(query) ?? [];
      expect(options.thresholds.critical).toBe(Number(limit));
      const { critical, warning } = options.thresholds;
      if (warning !== undefined) expect(sign === '>' ? warning < critical : warning > critical).toBe(true);
      expect(message).toMatch(/Runbook: docs\/operations\.md#[a-z-]+$/);
    },
  );
});
