const EVERY_MS = 20;

/** Tells again and again how late the event loop came to a timer. Gives what ends it; holds up no end of the program. */
export function watchLoop(onDelay: (seconds: number) => void): () => void {
  let expectedMs = performance.now() + EVERY_MS;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    onDelay(Math.max(0, nowMs - expectedMs) / 1_000);
    expectedMs = nowMs + EVERY_MS;
  }, EVERY_MS).unref();
  return () => clearInterval(timer);
}
