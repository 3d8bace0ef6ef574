/** What a lineage graph is made of (v1-api section 2, lineage). */
export const NODE_KINDS = [
  'model_version',
  'run',
  'dataset',
  'code',
  'logged_model',
  'deployment',
  'external',
] as const;
export type NodeKind = (typeof NODE_KINDS)[number];

export const EDGE_KINDS = [
  'trained_on',
  'evaluated_on',
  'derived_from',
  'built_by',
  'produced',
  'deployed_to',
] as const;
export type EdgeKind = (typeof EDGE_KINDS)[number];

export interface LineageNode {
  /** `<kind>:<what names it>`; of a version `model_version:name/version`. */
  readonly id: string;
  readonly kind: NodeKind;
  readonly label: string;
}

/** `from` depends on `to`, except that a run has `produced` what it points to. */
interface LineageEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
  /** Display name of who said so. */
  readonly declaredBy: string;
  readonly atMs: number | bigint | null;
  /** `verified`: what is told is proved by the files themselves. */
  readonly origin: 'inferred' | 'declared' | 'verified';
}

export interface LineageGraph {
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
  /** Whether nodes were left out because there are too many. */
  readonly truncated: boolean;
}

export function lineageNode(kind: NodeKind, name: string, label: string = name): LineageNode {
  return { id: `${kind}:${name}`, kind, label };
}

/** The version that a node is about; null: it is of another kind. */
export function versionOfNode(id: string): { readonly name: string; readonly version: number } | null {
  const [, name, version] = /^model_version:(.+)\/([1-9][0-9]{0,9})$/s.exec(id) ?? [];
  return name === undefined ? null : { name, version: Number(version) };
}

/** Collects nodes and edges, each once, up to a number of nodes. */
export interface GraphBuilder {
  add(node: LineageNode): boolean;
  link(edge: LineageEdge, node: LineageNode): boolean;
  /** Says that more would be there. */
  cut(): void;
  build(): LineageGraph;
}

/** `add` and `link` answer false when the graph is full and does not have the node. */
export function graphBuilder(limit: number): GraphBuilder {
  const nodes = new Map<string, LineageNode>();
  const edges = new Map<string, LineageEdge>();
  let truncated = false;
  const add = (node: LineageNode): boolean => {
    if (nodes.has(node.id)) return true;
    truncated ||= nodes.size >= limit;
    if (nodes.size < limit) nodes.set(node.id, node);
    return nodes.has(node.id);
  };
  return {
    add,
    link(edge, node) {
      if (!add(node)) return false;
      const key = JSON.stringify([edge.from, edge.to, edge.kind]);
      // What was said first stands.
      if (!edges.has(key)) edges.set(key, edge);
      return true;
    },
    cut: () => {
      truncated = true;
    },
    build: () => ({ nodes: [...nodes.values()], edges: [...edges.values()], truncated }),
  };
}
