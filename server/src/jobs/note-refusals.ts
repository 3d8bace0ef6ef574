import type { Deps } from '../operations/ports.ts';
import { recordCountedRefusals } from '../operations/refusal.ts';
import type { Job } from './runner.ts';

/** Sums up who was not let in; what is counted when the program ends is written then. */
export function noteRefusals(deps: Deps): Job {
  return {
    name: 'note-refusals',
    async turn() {
      await recordCountedRefusals(deps, deps.clock.now());
      return { more: false };
    },
    stop: () => recordCountedRefusals(deps, Number.POSITIVE_INFINITY),
  };
}
