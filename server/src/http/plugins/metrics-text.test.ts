import { expect, test } from 'vitest';
import type { Family } from '../../operations/ports/telemetry.ts';
import { metricsFormat, renderMetrics } from './metrics-text.ts';

const FAMILIES: Family[] = [
  {
    name: 'registry_bytes_total',
    type: 'counter',
    help: 'Bytes of "files"\nand \\ more.',
    labels: ['direction'],
    samples: [{ labels: ['a"b\\c\nd'], value: 1.5 }],
  },
  {
    name: 'registry_wait_seconds',
    type: 'histogram',
    help: 'Waits.',
    labels: ['kind'],
    samples: [{ labels: ['x'], value: { bounds: [0.5, 1], counts: [2, 0, 1], sum: 9 } }],
  },
  { name: 'registry_missing', type: 'gauge', help: 'Not there.', labels: [], samples: [] },
];

test('OpenMetrics takes the suffix of a counter off its family, escapes, and says where it ends', () => {
  expect(renderMetrics(FAMILIES, 'openmetrics').split('\n')).toEqual([
    '# HELP registry_bytes Bytes of \\"files\\"\\nand \\\\ more.',
    '# TYPE registry_bytes counter',
    'registry_bytes_total{direction="a\\"b\\\\c\\nd"} 1.5',
    '# HELP registry_wait_seconds Waits.',
    '# TYPE registry_wait_seconds histogram',
    'registry_wait_seconds_bucket{kind="x",le="0.5"} 2',
    'registry_wait_seconds_bucket{kind="x",le="1.0"} 2',
    'registry_wait_seconds_bucket{kind="x",le="+Inf"} 3',
    'registry_wait_seconds_sum{kind="x"} 9',
    'registry_wait_seconds_count{kind="x"} 3',
    '# EOF',
    '',
  ]);
});

test('the older text has the counter’s whole name and no end', () => {
  const lines = renderMetrics(FAMILIES, 'prometheus').split('\n');
  expect(lines.slice(0, 2)).toEqual([
    '# HELP registry_bytes_total Bytes of "files"\\nand \\\\ more.',
    '# TYPE registry_bytes_total counter',
  ]);
  expect(lines).not.toContain('# EOF');
});

test.each([
  [undefined, 'prometheus'],
  ['*/*', 'prometheus'],
  ['text/plain', 'prometheus'],
  // Prometheus 2 and 3.
  [
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    'openmetrics',
  ],
  ['application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;q=0.3', 'openmetrics'],
  ['text/plain;q=0.9, application/openmetrics-text;q=0.2', 'prometheus'],
  ['application/openmetrics-text;q=0', 'prometheus'],
])('who accepts %s gets %s', (accept, format) => {
  expect(metricsFormat(accept)).toBe(format);
});
