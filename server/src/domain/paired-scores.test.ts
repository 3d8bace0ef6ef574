import { describe, expect, test } from 'vitest';
import { meanScore, pairedDifference, unpairedSamples } from './paired-scores.ts';

/** Scores in order, of samples s000, s001 and so on. */
const scores = (values: readonly number[]) =>
  new Map(values.map((value, index) => [`s${String(index).padStart(5, '0')}`, value]));
const repeated = (...parts: readonly (readonly [score: number, times: number])[]) =>
  parts.flatMap(([score, times]) => Array.from({ length: times }, () => score));
const rounded = ({ low, high }: { low: number; high: number }) => [low.toFixed(4), high.toFixed(4)];

describe('hits and misses in pairs', () => {
  /** Samples that both hit, only the first, only the second, neither. */
  const table = (both: number, first: number, second: number, neither: number) =>
    pairedDifference(
      scores(repeated([1, both + first], [0, second + neither])),
      scores(repeated([1, both], [0, first], [1, second], [0, neither])),
      0.95,
    );

  test('lie in the interval that Newcombe published (1998, paired, method 10)', () => {
    const { difference, interval, areProportions } = table(36, 12, 2, 0);
    expect(difference).toBeCloseTo(0.2, 12);
    expect(rounded(interval)).toEqual(['0.0569', '0.3404']);
    expect(areProportions).toBe(true);
  });

  test('that differ nowhere have an interval around nothing', () => {
    const { difference, interval } = table(50, 0, 0, 50);
    expect(difference).toBe(0);
    expect(interval.low).toBeLessThanOrEqual(0);
    expect(interval.high).toBeGreaterThanOrEqual(0);
    expect(interval.high).toBeLessThan(0.03);
  });

  test('all hit by both are no division by nothing', () => {
    const { low, high } = table(10, 0, 0, 0).interval;
    expect([low, high].every(Number.isFinite)).toBe(true);
  });
});

describe('scores that are no hits and misses', () => {
  const wave = (count: number, shift: number) =>
    Array.from({ length: count }, (_, i) => Math.sin(i) / 10 + (i % 7) * 0.01 * shift);

  test.each([300, 5000])(
    'of %d samples give the same figures each time, around their difference',
    (count) => {
      const [a, b] = [scores(wave(count, 1)), scores(wave(count, 0))];
      const first = pairedDifference(a, b, 0.95);
      expect(pairedDifference(a, b, 0.95)).toEqual(first);
      expect(first.areProportions).toBe(false);
      // 0.00 to 0.06 by turns: 0.03, with a spread of 0.02.
      const half = (1.96 * 0.02) / Math.sqrt(count);
      expect(first.interval.low).toBeCloseTo(first.difference - half, 3);
      expect(first.interval.high).toBeCloseTo(first.difference + half, 3);
      expect(first.difference).toBeCloseTo(0.03, 2);
    },
  );

  test('are less sure with more confidence wanted', () => {
    const [a, b] = [scores(wave(100, 1)), scores(wave(100, 0))];
    const width = (confidence: 0.9 | 0.99) => {
      const { low, high } = pairedDifference(a, b, confidence).interval;
      return high - low;
    };
    expect(width(0.9)).toBeLessThan(width(0.99));
  });
});

test('samples of only one side are counted', () => {
  const [a, b] = [
    new Map([
      ['x', 1],
      ['y', 1],
    ]),
    new Map([
      ['y', 1],
      ['z', 1],
      ['w', 1],
    ]),
  ];
  expect(unpairedSamples(a, b)).toBe(3);
  expect(unpairedSamples(a, a)).toBe(0);
});

test('the mean is that of all', () => {
  expect(meanScore(scores([1, 0, 1, 0.5]))).toBe(0.625);
});
