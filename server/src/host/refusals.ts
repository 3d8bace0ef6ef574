import type { Refusals, RefusedPlace } from '../operations/ports/refusals.ts';

const MINUTE_MS = 60_000;
/** Beyond so many places at once, the others are counted together. */
const PLACES = 1_000;

interface Counted {
  readonly place: RefusedPlace;
  readonly sinceMs: number;
  count: number;
}

/** Counts in memory: each server for itself. */
export function countedRefusals(): Refusals {
  const places = new Map<string, Counted>();

  function entryOf(place: RefusedPlace, nowMs: number): { isFirst: boolean; counted: Counted } {
    const key = JSON.stringify([place.address, place.reason]);
    const known = places.get(key);
    if (known !== undefined) return { isFirst: false, counted: known };
    if (places.size >= PLACES && place.address !== null)
      return entryOf({ address: null, reason: 'of many addresses' }, nowMs);
    const counted = { place, sinceMs: nowMs, count: 0 };
    places.set(key, counted);
    return { isFirst: true, counted };
  }

  return {
    note(place, nowMs) {
      const { isFirst, counted } = entryOf(place, nowMs);
      if (!isFirst) counted.count += 1;
      return isFirst;
    },
    take(nowMs) {
      const ended = [...places].filter(([, { sinceMs }]) => sinceMs + MINUTE_MS <= nowMs);
      for (const [key] of ended) places.delete(key);
      return ended
        .filter(([, { count }]) => count > 0)
        .map(([, { place, sinceMs, count }]) => ({ ...place, sinceMs, count }));
    },
  };
}
