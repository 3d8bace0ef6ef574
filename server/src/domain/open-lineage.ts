import type { EdgeKind, NodeKind } from './lineage.ts';

/** A dataset as OpenLineage names it, with the version that a facet of it says. */
interface EventDataset {
  readonly namespace: string;
  readonly name: string;
  /** Null: it does not say. */
  readonly version: string | null;
}

interface EventRun {
  readonly runId: string;
  readonly jobNamespace: string;
  readonly jobName: string;
}

/** What of an OpenLineage RunEvent is about lineage. */
export interface RunEvent extends EventRun {
  /** `START`, `RUNNING`, `COMPLETE`, `ABORT`, `FAIL`, `OTHER`; null: it does not say. */
  readonly eventType: string | null;
  readonly inputs: readonly EventDataset[];
  readonly outputs: readonly EventDataset[];
  /** The run that it is a part of. */
  readonly parent: EventRun | null;
}

/** A node of the graph; a version is named `name/version`. */
interface EventNode {
  readonly kind: NodeKind;
  readonly name: string;
  readonly label: string | null;
}

interface EventEdge {
  readonly from: EventNode;
  readonly to: EventNode;
  readonly kind: EdgeKind;
}

/** What a run that failed was to make is not there. */
const UNDONE = new Set(['ABORT', 'FAIL']);

/** MLflow: a run id is a UUID without its dashes. */
export function toMlflowRunId(runId: string): string {
  return runId.replaceAll('-', '').toLowerCase();
}

/**
 * The edges that an event tells of: its run was derived from its inputs (trained on them, when it is one of MLflow's) and from
 * the run that it is a part of, and produced its outputs, unless it failed. `ownNamespace` is where versions of this
 * registry stand, named `name/version`. Facets: `version` (datasetVersion), `parent` (openlineage.io/spec/facets).
 */
export function eventEdges(
  event: RunEvent,
  { mlflowRuns, ownNamespace }: { readonly mlflowRuns: ReadonlySet<string>; readonly ownNamespace: string },
): readonly EventEdge[] {
  const run = runNode(event, mlflowRuns);
  const isTraining = run.kind === 'run';
  const datasetOf = ({ namespace, name, version }: EventDataset): EventNode =>
    namespace === ownNamespace
      ? { kind: 'model_version', name, label: null }
      : {
          kind: 'dataset',
          name: `${namespace}/${name}${version === null ? '' : `@${version}`}`,
          label: null,
        };
  const { parent, eventType } = event;
  const outputs = UNDONE.has(eventType ?? '') ? [] : event.outputs;
  return [
    ...event.inputs.map(datasetOf).map((to) => ({
      from: run,
      to,
      kind: isTraining && to.kind === 'dataset' ? ('trained_on' as const) : ('derived_from' as const),
    })),
    ...(parent === null
      ? []
      : [{ from: run, to: runNode(parent, mlflowRuns), kind: 'derived_from' as const }]),
    ...outputs.map(datasetOf).map((to) => ({ from: run, to, kind: 'produced' as const })),
  ];
}

function runNode({ runId, jobNamespace, jobName }: EventRun, mlflowRuns: ReadonlySet<string>): EventNode {
  const mlflowId = toMlflowRunId(runId);
  if (mlflowRuns.has(mlflowId)) return { kind: 'run', name: mlflowId, label: null };
  return {
    kind: 'external',
    name: `${jobNamespace}/${jobName}/${runId}`,
    label: `${jobNamespace}/${jobName}`,
  };
}
