import { verifyNext } from '../operations/verification.ts';
import type { Job } from './runner.ts';

const DAY_MS = 86_400_000;

/** Reads the files of sealed versions again, each once in so many days; 0: never. One after the other, to leave room. */
export function verifyVersions(everyDays: number): Job {
  return {
    name: 'verify-versions',
    async turn(deps) {
      return { more: everyDays > 0 && (await verifyNext(deps, everyDays * DAY_MS)) };
    },
  };
}
