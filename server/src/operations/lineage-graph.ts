import type { Actor } from '../domain/actor.ts';
import type { EdgeKind, GraphBuilder } from '../domain/lineage.ts';
import { type KeptEdge, pointed } from '../domain/lineage-edge.ts';
import { findNodes } from './lineage-names.ts';
import type { Reader } from './ports.ts';

/** How far and along what a graph reaches. */
export interface GraphBounds {
  readonly depth: number;
  /** Null: every kind. */
  readonly kinds: readonly EdgeKind[] | null;
  /** Only what was known then; null: now. */
  readonly asOfMs: number | null;
}

/** More edges are not looked at: the graph has its nodes by then. */
const EDGE_LIMIT = 1_500;

/**
 * Adds what is kept of a node in one direction. Steps lead only through what the actor may read, so that nothing behind a
 * hidden node shows.
 */
export async function addKept(
  reader: Reader,
  actor: Actor,
  {
    graph,
    start,
    direction,
    bounds,
  }: {
    readonly graph: GraphBuilder;
    readonly start: string;
    readonly direction: 'upstream' | 'downstream';
    readonly bounds: GraphBounds;
  },
): Promise<void> {
  const edges = await reader.lineage.walk({ start, direction, ...bounds, limit: EDGE_LIMIT });
  if (edges.length === 0) return;
  if (edges.length === EDGE_LIMIT) graph.cut();
  const nodes = await findNodes(
    reader,
    actor,
    new Set([start, ...edges.flatMap(({ upstream, downstream }) => [upstream, downstream])]),
  );
  const names = await reader.subjects.names([...new Set(edges.map(({ declaredBy }) => declaredBy))]);
  const [near, far] =
    direction === 'upstream' ? (['downstream', 'upstream'] as const) : (['upstream', 'downstream'] as const);
  const outgoing = Map.groupBy(edges, (edge) => edge[near]);
  const seen = new Set([start]);
  let frontier = [start];
  for (let step = 0; step < bounds.depth && frontier.length > 0; step += 1) {
    const next: string[] = [];
    for (const edge of frontier.flatMap((id) => outgoing.get(id) ?? [])) {
      const node = labelled(edge, far, nodes);
      const [upstream, downstream] = [nodes.get(edge.upstream), nodes.get(edge.downstream)];
      if (node === null || upstream === undefined || downstream === undefined) continue;
      const { kind, declaredBy, atMs, origin } = edge;
      const { from, to } = pointed({ upstream: upstream.id, downstream: downstream.id, kind });
      const shown = { from, to, kind, declaredBy: names.get(declaredBy) ?? declaredBy, atMs, origin };
      if (!graph.link(shown, node) || seen.has(edge[far])) continue;
      seen.add(edge[far]);
      next.push(edge[far]);
    }
    frontier = next;
  }
}

function labelled(
  edge: KeptEdge,
  end: 'upstream' | 'downstream',
  nodes: Awaited<ReturnType<typeof findNodes>>,
) {
  const node = nodes.get(edge[end]);
  if (node === undefined) return null;
  const label = end === 'upstream' ? edge.upstreamLabel : edge.downstreamLabel;
  return label === null ? node : { ...node, label };
}
