import type { AttemptPlace, Attempts } from '../operations/ports/attempts.ts';

const WINDOW_MS = 60_000;
/** For one name from one address: below it a wrong password is answered as such. */
const PAIR_LIMIT = 20;
/** For whatever names from one address. */
const ADDRESS_LIMIT = 100;
/** For one name from whatever addresses, except those from which it signed in within a day: its owner gets in. */
const NAME_LIMIT = 300;
const KNOWN_MS = 24 * 60 * 60 * 1_000;
const KEPT = 20_000;

/** Failures of the last minute, by key; the oldest keys are forgotten when there are too many. */
class Failures {
  readonly #times = new Map<string, number[]>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  waitMs(key: string, nowMs: number): number {
    const times = this.#recent(key, nowMs);
    const first = times[times.length - this.#limit];
    return first === undefined ? 0 : first + WINDOW_MS - nowMs;
  }

  note(key: string, nowMs: number): void {
    const times = [...this.#recent(key, nowMs), nowMs].slice(-this.#limit);
    this.#times.delete(key);
    this.#times.set(key, times);
    const oldest = this.#times.keys().next();
    if (this.#times.size > KEPT && !oldest.done) this.#times.delete(oldest.value);
  }

  #recent(key: string, nowMs: number): number[] {
    return (this.#times.get(key) ?? []).filter((time) => time > nowMs - WINDOW_MS);
  }
}

/** Counts in memory: each server for itself. */
export function countedAttempts(): Attempts {
  const pairs = new Failures(PAIR_LIMIT);
  const addresses = new Failures(ADDRESS_LIMIT);
  const names = new Failures(NAME_LIMIT);
  const known = new Map<string, number>();
  const pairOf = ({ nameKey, address }: AttemptPlace) => `${address} ${nameKey}`;
  return {
    waitMs(place, nowMs) {
      const isKnown = (known.get(pairOf(place)) ?? Number.NEGATIVE_INFINITY) > nowMs - KNOWN_MS;
      return Math.max(
        pairs.waitMs(pairOf(place), nowMs),
        addresses.waitMs(place.address, nowMs),
        isKnown ? 0 : names.waitMs(place.nameKey, nowMs),
      );
    },
    noteFailure(place, nowMs) {
      pairs.note(pairOf(place), nowMs);
      addresses.note(place.address, nowMs);
      names.note(place.nameKey, nowMs);
    },
    noteSuccess(place, nowMs) {
      const pair = pairOf(place);
      known.delete(pair);
      known.set(pair, nowMs);
      const oldest = known.keys().next();
      if (known.size > KEPT && !oldest.done) known.delete(oldest.value);
    },
  };
}
