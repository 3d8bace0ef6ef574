import type { Actor } from '../domain/actor.ts';
import { eventEdges, type RunEvent, toMlflowRunId } from '../domain/open-lineage.ts';
import { isPermitted } from '../domain/permission.ts';
import { experimentResource } from './experiment.ts';
import { declareEdges } from './lineage-edge.ts';
import type { Deps } from './ports.ts';

/**
 * Keeps what an OpenLineage RunEvent says of what was made from what.
 * @returns how many edges were not known before, and whether this very text was.
 * @throws as `declareEdges`.
 */
export async function acceptRunEvent(
  deps: Deps,
  actor: Actor,
  {
    event,
    eventTimeMs,
    text,
  }: { readonly event: RunEvent; readonly eventTimeMs: number; readonly text: string },
): Promise<{ readonly added: number; readonly isNew: boolean }> {
  const ids = [event, event.parent].flatMap((run) => (run === null ? [] : [toMlflowRunId(run.runId)]));
  const experiments = await deps.store.read(({ runs }) => runs.experimentsOfRuns(ids));
  // A run that may not be read is as good as one of somebody else's.
  const mlflowRuns = new Set(
    [...experiments]
      .filter(([, experiment]) => isPermitted(actor, 'read-metadata', experimentResource(experiment)))
      .map(([runId]) => runId),
  );
  const edges = eventEdges(event, { mlflowRuns, ownNamespace: deps.governance.baseUrl });
  // Clocks of others are ahead at times.
  const atMs = Math.min(eventTimeMs, deps.clock.now());
  const added = await declareEdges(
    deps,
    actor,
    edges.map(({ from, to, kind }) => ({
      from: { ...from, path: '' },
      to: { ...to, path: '' },
      kind,
      atMs,
    })),
  );
  const sha256 = deps.digests.sha256(text);
  // Behind the edges: cut off between, the same event finds them known and is told to be new once more.
  const isNew = await deps.store.write(({ lineage }) => lineage.noteRunEvent(sha256, deps.clock.now()));
  return { added, isNew };
}
