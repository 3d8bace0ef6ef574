import { expect, test } from 'vitest';
import { differenceInterval, isCounted } from './proportion.ts';

const rounded = ({ low, high }: { low: number; high: number }) => [low.toFixed(4), high.toFixed(4)];

/* The examples of Newcombe's paper, table II, method 10. */
test.each([
  [56, 70, 48, 80, '0.0524', '0.3339'],
  [9, 10, 3, 10, '0.1705', '0.8090'],
  [6, 7, 2, 7, '0.0582', '0.8062'],
  [5, 56, 0, 29, '-0.0381', '0.1926'],
  [0, 10, 0, 20, '-0.1611', '0.2775'],
  [0, 10, 0, 10, '-0.2775', '0.2775'],
  [10, 10, 0, 20, '0.6791', '1.0000'],
  [10, 10, 0, 10, '0.6075', '1.0000'],
])('%d of %d less %d of %d lies in the published interval', (a, m, b, n, low, high) => {
  const interval = differenceInterval({ successes: a, trials: m }, { successes: b, trials: n }, 0.95);
  expect(rounded(interval)).toEqual([low, high]);
});

test('more confidence makes it wider', () => {
  const width = (confidence: 0.9 | 0.95 | 0.99) => {
    const { low, high } = differenceInterval(
      { successes: 90, trials: 100 },
      { successes: 80, trials: 100 },
      confidence,
    );
    return high - low;
  };
  expect(width(0.9)).toBeLessThan(width(0.95));
  expect(width(0.95)).toBeLessThan(width(0.99));
});

test.each([
  [1, 2, true],
  [0, 1, true],
  [2, 1, false],
  [0, 0, false],
  [-1, 2, false],
  [0.5, 2, false],
  [Number.NaN, 2, false],
  [1, Number.POSITIVE_INFINITY, false],
])('%d of %d are counts: %s', (successes, trials, expected) => {
  expect(isCounted({ successes, trials })).toBe(expected);
});
