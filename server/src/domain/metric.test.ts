import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkMetric, isLater, latestPerKey, type Metric, storedValue } from './metric.ts';

const metric = (given: Partial<Metric> = {}): Metric => ({
  key: 'm',
  value: 1,
  timestampMs: 1,
  step: 0,
  ...given,
});

describe('checkMetric', () => {
  test.each([
    [metric({ key: 'm$' }), '', 'Invalid value "m$" for parameter \'name\' supplied: Names may only'],
    [metric({ key: 'm$' }), 'metrics[0]', "for parameter 'metrics[0].name' supplied"],
    [
      metric({ timestampMs: -1, value: 0.1 }),
      '',
      "Invalid value -1 for parameter 'timestamp' supplied: metric 'm' (value=0.1). Timestamp must be a nonnegative long (64-bit integer) ",
    ],
    [
      metric({ timestampMs: -1 }),
      'metrics[2]',
      "parameter 'metrics[2].timestamp' supplied: metric 'm' (value=1.0).",
    ],
    [metric({ key: 'x'.repeat(251) }), '', "'Metric name' exceeds the maximum length of 250 characters"],
  ])('%j is refused with the sentence of MLflow', (given, path, sentence) => {
    expect(() => checkMetric(given, path)).toThrow(sentence);
  });
});

test('NaN is stored as 0 with a mark, infinities as the greatest doubles', () => {
  expect(storedValue(Number.NaN)).toEqual({ value: 0, isNan: true });
  expect(storedValue(Number.POSITIVE_INFINITY)).toEqual({ value: 1.7976931348623157e308, isNan: false });
  expect(storedValue(Number.NEGATIVE_INFINITY)).toEqual({ value: -1.7976931348623157e308, isNan: false });
  expect(storedValue(0.5)).toEqual({ value: 0.5, isNan: false });
});

test('of the points of a key the latest by step, time and value is kept, whatever their order', () => {
  const point = fc.record({
    key: fc.constantFrom('a', 'b'),
    value: fc.constantFrom(Number.NaN, -1, 0, 1),
    timestampMs: fc.constantFrom(1, 2, 2n ** 60n),
    step: fc.constantFrom(-1, 0, 1),
  });
  fc.assert(
    fc.property(fc.array(point, { minLength: 1 }), (points) => {
      const latest = latestPerKey(points);
      expect(latest.map((one) => one.key)).toEqual([...new Set(points.map((one) => one.key))].sort());
      for (const one of latest)
        expect(points.some((other) => other.key === one.key && isLater(other, one))).toBe(false);
    }),
  );
});
