import { type EdgeKind, type LineageNode, lineageNode, NODE_KINDS, type NodeKind } from './lineage.ts';
import type { Facts } from './version-record.ts';

/** How it is known. */
export type EdgeOrigin = 'inferred' | 'declared';

/**
 * An edge as it is kept: what is downstream was made from, or is where, what is upstream is. Nodes are ids; a version's is
 * `model_version:<model_id>/<version>`, so that a rename breaks nothing.
 */
export interface KeptEdge {
  readonly upstream: string;
  readonly downstream: string;
  readonly kind: EdgeKind;
  readonly origin: EdgeOrigin;
  /** Subject id. */
  readonly declaredBy: string;
  readonly atMs: number;
  /** What people call them, where the id does not say. */
  readonly upstreamLabel: string | null;
  readonly downstreamLabel: string | null;
}

/** Of these `from` is upstream; of all others it was made from what it points to. */
const POINTS_DOWNSTREAM: ReadonlySet<EdgeKind> = new Set(['produced', 'deployed_to']);

/** What may be at the other end of an edge: what a kind says of it. */
const ENDS: Readonly<
  Record<EdgeKind, { readonly from: readonly NodeKind[]; readonly to: readonly NodeKind[] }>
> = {
  trained_on: { from: ['model_version', 'run', 'logged_model', 'external'], to: ['dataset', 'external'] },
  evaluated_on: { from: ['model_version', 'run', 'logged_model', 'external'], to: ['dataset', 'external'] },
  derived_from: { from: NODE_KINDS, to: NODE_KINDS },
  built_by: { from: NODE_KINDS, to: ['code', 'run', 'external'] },
  produced: { from: ['run', 'external'], to: NODE_KINDS },
  deployed_to: { from: ['model_version', 'logged_model', 'external'], to: ['deployment', 'external'] },
};

/** Which end is which. */
export function orient<T>({
  from,
  to,
  kind,
}: {
  readonly from: T;
  readonly to: T;
  readonly kind: EdgeKind;
}): {
  readonly upstream: T;
  readonly downstream: T;
} {
  return POINTS_DOWNSTREAM.has(kind)
    ? { upstream: from, downstream: to }
    : { upstream: to, downstream: from };
}

/** The way back. */
export function pointed<T>({
  upstream,
  downstream,
  kind,
}: {
  readonly upstream: T;
  readonly downstream: T;
  readonly kind: EdgeKind;
}): { readonly from: T; readonly to: T } {
  return POINTS_DOWNSTREAM.has(kind)
    ? { from: upstream, to: downstream }
    : { from: downstream, to: upstream };
}

/** Null when such an edge makes sense; else the end that does not, and what may be there. */
export function misfit(
  kind: EdgeKind,
  ends: { readonly from: NodeKind; readonly to: NodeKind },
): { readonly end: 'from' | 'to'; readonly accepted: readonly NodeKind[] } | null {
  for (const end of ['from', 'to'] as const)
    if (!ENDS[kind][end].includes(ends[end])) return { end, accepted: ENDS[kind][end] };
  return null;
}

const NODE_ID = new RegExp(`^(${NODE_KINDS.join('|')}):(.+)$`, 's');

/** `kind:what names it`; null: it is no node. */
export function parseNodeId(id: string): { readonly kind: NodeKind; readonly name: string } | null {
  const [, kind, name] = NODE_ID.exec(id) ?? [];
  return kind === undefined || name === undefined ? null : { kind: kind as NodeKind, name };
}

/** The id by which a version is kept. */
export function keptVersionId(modelId: string, version: number): string {
  return `model_version:${modelId}/${version}`;
}

const KEPT_VERSION = /^model_version:([^/]+)\/([1-9][0-9]*)$/;

/** Null: it is no version's. */
export function parseKeptVersionId(
  id: string,
): { readonly modelId: string; readonly version: number } | null {
  const [, modelId, version] = KEPT_VERSION.exec(id) ?? [];
  return modelId === undefined ? null : { modelId, version: Number(version) };
}

/** A dataset by its name and digest. */
export function datasetNode(name: string, digest: string): LineageNode {
  return lineageNode('dataset', `${name}@${digest}`);
}

/** What a version says of itself: run, logged model, data, code, parents. */
export function versionEdges({
  versionId,
  facts,
  parentIds,
  runId,
  loggedModelId,
}: {
  readonly versionId: string;
  readonly facts: Facts;
  /** Of those that are versions here: the one that it names, and the one that it is a copy of. */
  readonly parentIds: readonly string[];
  readonly runId: string | null;
  readonly loggedModelId: string | null;
}): readonly Pick<KeptEdge, 'upstream' | 'downstream' | 'kind'>[] {
  const external = facts.parent?.kind === 'external' ? `external:${facts.parent.name}` : null;
  const edges: [string | null, EdgeKind][] = [
    [runId === null || runId === '' ? null : `run:${runId}`, 'produced'],
    [loggedModelId === null ? null : `logged_model:${loggedModelId}`, 'derived_from'],
    [facts.dataVersion === null ? null : `dataset:${facts.dataVersion}`, 'trained_on'],
    [facts.codeVersion === null ? null : `code:${facts.codeVersion}`, 'built_by'],
    [external, 'derived_from'],
    ...[...new Set(parentIds)].map((id): [string, EdgeKind] => [id, 'derived_from']),
  ];
  return edges.flatMap(([upstream, kind]) =>
    upstream === null ? [] : [{ upstream, downstream: versionId, kind }],
  );
}
