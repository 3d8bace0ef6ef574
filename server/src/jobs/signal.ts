/** Wakes one waiting loop; a notice that comes while nobody waits is kept for the next wait. */
export interface Signal {
  notify(): void;
  /** Ends at the next notice, after `ms`, or when aborted. */
  wait(ms: number, aborted: AbortSignal): Promise<void>;
}

export function createSignal(): Signal {
  let noticed = false;
  let wake: (() => void) | null = null;
  return {
    notify() {
      noticed = true;
      wake?.();
    },
    async wait(ms, aborted) {
      if (!noticed && !aborted.aborted)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          timer.unref();
          aborted.addEventListener('abort', wakeUp);
          wake = wakeUp;
          function wakeUp() {
            clearTimeout(timer);
            aborted.removeEventListener('abort', wakeUp);
            resolve();
          }
        });
      wake = null;
      noticed = false;
    },
  };
}
