import type { Uses } from '../operations/ports/uses.ts';

/** More things at once are not noted: the next use is. */
const KEPT = 10_000;

/** In memory; what a killed server had noted is lost, and noted with the next use. */
export function collectedUses(): Uses {
  let uses = new Map<string, number>();
  return {
    note(id, nowMs) {
      if (uses.size < KEPT || uses.has(id)) uses.set(id, nowMs);
    },
    take() {
      const taken = uses;
      uses = new Map();
      return taken;
    },
  };
}
