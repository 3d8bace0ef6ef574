import { type Confidence, type Interval, quantileOf, wilson } from './proportion.ts';

type Scores = ReadonlyMap<string, number>;

/** What pairs of scores say about the mean of a − b. */
export interface PairedDifference {
  readonly difference: number;
  readonly interval: Interval;
  /** Whether each score is 0 or 1, so that the means are proportions. */
  readonly areProportions: boolean;
}

/** Up to so many pairs the interval is drawn again and again from them; beyond, means are normal enough. */
const MOST_RESAMPLED = 1_000;
const RESAMPLES = 2_000;

/** The samples that only one of them has; nothing can be paired then without choosing. */
export function unpairedSamples(a: Scores, b: Scores): number {
  const common = [...a.keys()].filter((sample) => b.has(sample)).length;
  return a.size + b.size - 2 * common;
}

/** The mean score. */
export function meanScore(scores: Scores): number {
  return mean([...scores.values()]);
}

/**
 * The difference of the means of a and b over the same samples, with its interval. Of hits and misses Newcombe's for paired
 * proportions; else the percentile bootstrap up to 1,000 pairs, and the normal interval beyond. The same pairs give the
 * same figures on every machine (ADR 20).
 */
export function pairedDifference(a: Scores, b: Scores, confidence: Confidence): PairedDifference {
  const pairs = [...a].map(([sample, score]): readonly [number, number] => [
    score,
    b.get(sample) ?? Number.NaN,
  ]);
  const areProportions = pairs.every((pair) => pair.every((score) => score === 0 || score === 1));
  const differences = pairs.map(([its, other]) => its - other);
  const difference = mean(differences);
  if (areProportions) return { difference, interval: pairedProportions(pairs, confidence), areProportions };
  const limits =
    differences.length <= MOST_RESAMPLED
      ? bootstrap(differences, confidence)
      : normal(differences, confidence);
  return { difference, interval: { ...limits, confidence }, areProportions };
}

/** Newcombe, Statistics in Medicine 17 (1998) 2635–2650, method 10: score intervals, joined with their correlation. */
function pairedProportions(pairs: readonly (readonly [number, number])[], confidence: Confidence): Interval {
  const count = (x: number, y: number) => pairs.filter(([a, b]) => a === x && b === y).length;
  const [both, first, second, neither] = [count(1, 1), count(1, 0), count(0, 1), count(0, 0)];
  const trials = pairs.length;
  const [p, q] = [(both + first) / trials, (both + second) / trials];
  const [l, u] = [
    wilson({ successes: both + first, trials }, confidence),
    wilson({ successes: both + second, trials }, confidence),
  ];
  const margins = (both + first) * (second + neither) * (both + second) * (first + neither);
  const product = both * neither - first * second;
  const corrected = product > 0 ? Math.max(product - trials / 2, 0) : product;
  const correlation = margins === 0 ? 0 : corrected / Math.sqrt(margins);
  const distance = (x: number, y: number) => Math.sqrt(x * x - 2 * correlation * x * y + y * y);
  return {
    low: p - q - distance(p - l.low, u.high - q),
    high: p - q + distance(l.high - p, q - u.low),
    confidence,
  };
}

function bootstrap(differences: readonly number[], confidence: Confidence): { low: number; high: number } {
  const draw = fixedDraws();
  const n = differences.length;
  const means = Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += differences[draw() % n] ?? 0;
    return sum / n;
  }).sort((x, y) => x - y);
  const tail = Math.floor(((1 - confidence) / 2) * RESAMPLES);
  return { low: means[tail] ?? Number.NaN, high: means[RESAMPLES - 1 - tail] ?? Number.NaN };
}

/** The same unsigned 32-bit numbers each time: xorshift (Marsaglia, Journal of Statistical Software 8 (2003) 14). */
function fixedDraws(): () => number {
  let state = 2_463_534_242;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

function normal(differences: readonly number[], confidence: Confidence): { low: number; high: number } {
  const centre = mean(differences);
  const squares = differences.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  const n = differences.length;
  const spread = quantileOf(confidence) * Math.sqrt(squares / (n - 1) / n);
  return { low: centre - spread, high: centre + spread };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
