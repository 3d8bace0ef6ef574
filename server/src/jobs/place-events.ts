import { makeCheckpoint, placeEvents, sendCheckpoints } from '../operations/audit-log.ts';
import type { Deps } from '../operations/ports.ts';
import type { Job } from './runner.ts';
import type { Signal } from './signal.ts';

/** How long an event waits for its place at most; many get theirs at once. */
const GATHER_MS = 500;
const CHECKPOINT_EVERY_MS = 60_000;
/** What a server that was killed left behind is nobody's news: it is looked for. */
const LOOK_EVERY_MS = 1_000;

/**
 * Gives audit events their places and signs the log: once a minute when there are new events, and at the end.
 * `waiting` is notified when a commit of this process left an event.
 */
export function placeAuditEvents(waiting: Signal): Job {
  let signedAtMs = Number.NEGATIVE_INFINITY;
  let lastDeps: Deps | null = null;
  let sentBelow: number | null = null;

  async function sign(deps: Deps): Promise<void> {
    await makeCheckpoint(deps);
    signedAtMs = deps.clock.now();
    sentBelow = await sendCheckpoints(deps, sentBelow);
  }

  return {
    name: 'place-audit-events',
    waiting,
    async turn(deps) {
      lastDeps = deps;
      const { more } = await placeEvents(deps);
      if (more) return { more };
      const dueInMs = signedAtMs + CHECKPOINT_EVERY_MS - deps.clock.now();
      if (dueInMs <= 0) await sign(deps);
      return { more, pauseMs: LOOK_EVERY_MS, gatherMs: GATHER_MS };
    },
    async stop() {
      if (lastDeps === null) return;
      while ((await placeEvents(lastDeps)).more);
      await sign(lastDeps);
    },
  };
}
