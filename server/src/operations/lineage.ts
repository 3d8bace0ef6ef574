import type { Actor } from '../domain/actor.ts';
import { isEvaluation } from '../domain/dataset.ts';
import { RegistryError } from '../domain/errors.ts';
import {
  type EdgeKind,
  type GraphBuilder,
  graphBuilder,
  type LineageGraph,
  type LineageNode,
  lineageNode,
} from '../domain/lineage.ts';
import { keptVersionId } from '../domain/lineage-edge.ts';
import { isPermitted } from '../domain/permission.ts';
import { experimentResource } from './experiment.ts';
import { addKept, type GraphBounds } from './lineage-graph.ts';
import { markProved } from './lineage-proof.ts';
import type { Deps, Reader } from './ports.ts';
import { authorizeRead } from './registered-model.ts';
import { selectVersion, type VersionReference } from './version-reference.ts';
import { type VersionView, viewVersion } from './version-view.ts';

export type LineageDirection = 'upstream' | 'downstream' | 'both';

export interface Lineage {
  readonly view: VersionView;
  readonly graph: LineageGraph;
}

interface VersionId {
  readonly name: string;
  readonly version: number;
}

const NODE_LIMIT = 500;

/**
 * What a version was made from, and what was made from it or runs it, up to `depth` steps (1–20). What the actor may
 * not read is left out, with all that only it leads to. @throws as `selectVersion`.
 */
export async function getLineage(
  deps: Deps,
  actor: Actor,
  input: GraphBounds & { name: string; reference: VersionReference; direction: LineageDirection },
): Promise<Lineage> {
  const { name, direction, depth, kinds, asOfMs } = input;
  authorizeRead(actor, name);
  return deps.store.read(async (reader) => {
    const view = await viewVersion(reader, actor, await selectVersion(reader, name, input.reference));
    const graph = graphBuilder(NODE_LIMIT);
    graph.add(nodeOf(name, view.version.version));
    // Of the version itself and its parents the tables of MLflow tell as they are now, adopted or not.
    if (direction !== 'downstream' && kinds === null && asOfMs === null)
      await addUpstream(reader, actor, { view, graph, depth });
    if (view.record !== null)
      for (const way of ['upstream', 'downstream'] as const)
        if (direction === 'both' || direction === way) {
          const start = keptVersionId(view.record.modelId, view.version.version);
          await addKept(reader, actor, { graph, start, direction: way, bounds: { depth, kinds, asOfMs } });
        }
    return { view, graph: await markProved(reader, graph.build()) };
  });
}

async function addUpstream(
  reader: Reader,
  actor: Actor,
  start: { view: VersionView; graph: GraphBuilder; depth: number },
): Promise<void> {
  const { graph, depth } = start;
  let view: VersionView | null = start.view;
  // Each version has one parent at most, so the walk is a line; a circle ends at the depth.
  for (let distance = 0; view !== null && distance < depth; distance += 1) {
    const further = distance + 1 < depth;
    const run = addOrigins(graph, view);
    if (run !== null && further) addRunData(graph, view, run, await readableOutputs(reader, actor, view));
    const next = addParent(graph, view);
    view = next === null ? null : await find(reader, actor, next);
  }
}

/** Run, data and code of one version; answers the node of the run, if there is one. */
function addOrigins(graph: GraphBuilder, view: VersionView): LineageNode | null {
  const { facts, run, version } = view;
  const self = nodeOf(version.name, version.version);
  const link = linker(graph, view);
  if (facts.codeVersion !== null) link(self, lineageNode('code', facts.codeVersion), 'built_by');
  if (facts.dataVersion !== null) link(self, lineageNode('dataset', facts.dataVersion), 'trained_on');
  if (run === null) return null;
  const node = lineageNode('run', run.info.runId, run.info.name ?? run.info.runId);
  const edge = { from: node.id, to: self.id, kind: 'produced', ...declared(view) } as const;
  return graph.link(edge, node) ? node : null;
}

/** A run's own data are a step further than the run. */
function addRunData(
  graph: GraphBuilder,
  view: VersionView,
  run: LineageNode,
  outputs: readonly string[],
): void {
  const link = linker(graph, view);
  for (const input of view.run?.datasetInputs ?? []) {
    const { name, digest } = input.dataset;
    const node = lineageNode('dataset', `${name}@${digest}`);
    link(run, node, isEvaluation(input) ? 'evaluated_on' : 'trained_on');
  }
  for (const modelId of outputs) link(run, lineageNode('logged_model', modelId), 'produced');
}

/** The logged models that the run made, of those that are here and may be read. */
async function readableOutputs(reader: Reader, actor: Actor, { run }: VersionView): Promise<string[]> {
  const modelIds = (run?.modelOutputs ?? []).map(({ modelId }) => modelId);
  if (modelIds.length === 0) return [];
  const experiments = await reader.runs.experimentsOfModels(modelIds);
  return [...experiments]
    .filter(([, name]) => isPermitted(actor, 'read-metadata', experimentResource(name)))
    .map(([modelId]) => modelId);
}

function addParent(graph: GraphBuilder, view: VersionView): VersionId | null {
  const { facts, version } = view;
  const { parent } = facts;
  if (parent === null) return null;
  const self = nodeOf(version.name, version.version);
  const link = linker(graph, view);
  if (parent.kind === 'external') {
    link(self, lineageNode('external', parent.name), 'derived_from');
    return null;
  }
  const added = link(self, nodeOf(parent.name, parent.version), 'derived_from');
  return added ? parent : null;
}

/** Null for a parent that is gone: it stays in the graph as a name. */
async function find(reader: Reader, actor: Actor, { name, version }: VersionId): Promise<VersionView | null> {
  try {
    return await viewVersion(reader, actor, await selectVersion(reader, name, { by: 'number', version }));
  } catch (error) {
    if (error instanceof RegistryError) return null;
    throw error;
  }
}

function linker(graph: GraphBuilder, view: VersionView) {
  return (from: LineageNode, to: LineageNode, kind: EdgeKind): boolean =>
    graph.link({ from: from.id, to: to.id, kind, ...declared(view) }, to);
}

function declared({ createdBy, version }: VersionView) {
  return { declaredBy: createdBy, atMs: version.createdAtMs, origin: 'inferred' as const };
}

function nodeOf(name: string, version: number): LineageNode {
  return lineageNode('model_version', `${name}/${version}`);
}
