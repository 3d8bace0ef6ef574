/** So many of so many. */
export interface Counted {
  readonly successes: number;
  readonly trials: number;
}

/** A difference that is in the interval with the confidence. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly confidence: Confidence;
}

export const CONFIDENCES = [0.9, 0.95, 0.99] as const;
export type Confidence = (typeof CONFIDENCES)[number];

/** Quantiles of the standard normal distribution at (1 + confidence) / 2. */
const QUANTILES: ReadonlyMap<Confidence, number> = new Map([
  [0.9, 1.6448536269514722],
  [0.95, 1.959963984540054],
  [0.99, 2.5758293035489004],
]);

/** Whether these are counts: whole, and no more successes than trials. */
export function isCounted({ successes, trials }: Counted): boolean {
  return (
    Number.isInteger(successes) &&
    Number.isInteger(trials) &&
    successes >= 0 &&
    trials >= successes &&
    trials > 0
  );
}

/**
 * The interval of a − b for two independent proportions: Newcombe's hybrid score interval, without continuity correction
 * (Statistics in Medicine 17 (1998) 873–890, method 10), which is sound for few trials and for proportions near 0 and 1.
 */
export function differenceInterval(a: Counted, b: Counted, confidence: Confidence): Interval {
  const [p, q] = [a.successes / a.trials, b.successes / b.trials];
  const [l, u] = [wilson(a, confidence), wilson(b, confidence)];
  const difference = p - q;
  return {
    low: difference - Math.hypot(p - l.low, u.high - q),
    high: difference + Math.hypot(l.high - p, q - u.low),
    confidence,
  };
}

/** The quantile of the standard normal distribution that a two-sided interval takes. */
export function quantileOf(confidence: Confidence): number {
  return QUANTILES.get(confidence) ?? Number.NaN;
}

/** The score interval of one proportion (Wilson 1927). */
export function wilson(
  { successes, trials }: Counted,
  confidence: Confidence,
): { low: number; high: number } {
  const z = quantileOf(confidence);
  const p = successes / trials;
  const centre = p + z ** 2 / (2 * trials);
  const spread = z * Math.sqrt((p * (1 - p)) / trials + z ** 2 / (4 * trials ** 2));
  const scale = 1 + z ** 2 / trials;
  return { low: (centre - spread) / scale, high: (centre + spread) / scale };
}
