import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits for the work, but no longer than that, and only a moment once `hurry` is raised. Resolves to whether it ended;
 * a failure of the work passes through. What is late goes on by itself.
 */
export async function within(work: Promise<unknown>, limitMs: number, hurry?: AbortSignal): Promise<boolean> {
  const over = new AbortController();
  const signal = hurry === undefined ? over.signal : AbortSignal.any([over.signal, hurry]);
  const late = delay(limitMs, false, { signal }).catch(() => false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    over.abort();
    // Nobody hears a failure that comes after the wait.
    work.catch(() => undefined);
  }
}
