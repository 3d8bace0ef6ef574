import type { Distribution } from '../operations/ports/telemetry.ts';

/** A distribution that grows. */
export interface Histogram extends Distribution {
  readonly counts: number[];
  sum: number;
}

export function histogram(bounds: readonly number[]): Histogram {
  return { bounds, counts: bounds.map(() => 0).concat(0), sum: 0 };
}

/** Most values are small: looking from below finds their place soonest. */
export function observe(into: Histogram, value: number): void {
  const { bounds, counts } = into;
  let place = 0;
  while (place < bounds.length && value > (bounds[place] as number)) place += 1;
  (counts[place] as number) += 1;
  into.sum += value;
}

/** What is made when it is first asked for, by one key and a second. */
export function byLabels<T>(make: () => T): {
  of(first: string, second: string): T;
  entries(): [labels: [string, string], T][];
} {
  const outer = new Map<string, Map<string, T>>();
  return {
    of(first, second) {
      let inner = outer.get(first);
      if (inner === undefined) {
        inner = new Map();
        outer.set(first, inner);
      }
      let found = inner.get(second);
      if (found === undefined) {
        found = make();
        inner.set(second, found);
      }
      return found;
    },
    entries: () =>
      [...outer].flatMap(([first, inner]) =>
        [...inner].map(([second, value]): [[string, string], T] => [[first, second], value]),
      ),
  };
}
