/** A second signal so soon is the first one again: a terminal sends Ctrl-C to us, and npm passes it on. */
const SAME_SIGNAL_MS = 1_000;

/**
 * Calls `stop` at the first SIGINT or SIGTERM, with a signal that is raised when another one follows: whoever asks
 * twice does not want to wait.
 */
export function onStopSignals(stop: (hurry: AbortSignal) => void): void {
  const hurry = new AbortController();
  let askedAtMs: number | null = null;
  const ask = () => {
    if (askedAtMs === null) {
      askedAtMs = performance.now();
      stop(hurry.signal);
    } else if (performance.now() - askedAtMs > SAME_SIGNAL_MS) hurry.abort();
  };
  process.on('SIGINT', ask);
  process.on('SIGTERM', ask);
}

const PARENT_LOOK_MS = 500;

/**
 * Calls `ended` when the process that started us is gone. npm passes signals on to the shell between it and us, which
 * may end without telling us (dash does): we would stay behind.
 */
export function onParentEnd(ended: () => void): void {
  const parent = process.ppid;
  const looking = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(looking);
    ended();
  }, PARENT_LOOK_MS);
  looking.unref();
}
