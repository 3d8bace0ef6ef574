import type { Actor } from '../domain/actor.ts';
import { authorize } from './authorize.ts';
import type { Backlog } from './ports/backlog.ts';
import type { Family } from './ports/telemetry.ts';
import type { Deps } from './ports.ts';
import { modelResource } from './registered-model.ts';

/** What was read is good for so long, also that nothing could be: many who ask load the database no more than one. */
const FRESH_MS = 5_000;
/** A scraper waits for the rest, too. */
const PATIENCE_MS = 1_500;

/** All figures of this process and of what waits in its database. Never throws, takes no more than two seconds. */
export type Measure = () => Promise<readonly Family[]>;

export function measureOf(deps: Deps): Measure {
  const look = backlogWatch(deps);
  return async () => {
    const backlog = await look();
    return deps.telemetry.families({ nowMs: deps.clock.now(), backlog, pools: deps.store.pools() });
  };
}

/** The figures, for who may see them. @throws `permission_denied`. */
export async function readFigures(actor: Actor, measure: Measure): Promise<readonly Family[]> {
  authorize(actor, 'read-metrics', modelResource('*'));
  return measure();
}

/**
 * Asks the database what waits, one question at a time; null: it did not answer. A question that takes too long is not
 * asked again before it has ended.
 */
function backlogWatch(deps: Deps): () => Promise<Backlog | null> {
  let known: Backlog | null = null;
  let readAtMs = Number.NEGATIVE_INFINITY;
  let underWay: Promise<void> | null = null;

  async function read(): Promise<void> {
    known = await deps.store.read(({ backlog }) => backlog.measure()).catch(() => null);
    readAtMs = deps.clock.now();
    underWay = null;
  }

  return async () => {
    if (Math.abs(deps.clock.now() - readAtMs) < FRESH_MS) return known;
    underWay ??= read();
    return (await endsInTime(underWay)) ? known : null;
  };
}

async function endsInTime(work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), PATIENCE_MS);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
