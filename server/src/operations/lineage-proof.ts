import { type LineageGraph, versionOfNode } from '../domain/lineage.ts';
import type { Reader } from './ports.ts';

/**
 * A graph in which what is proved is marked so: a version whose sealed files are those of the version that it is said to be
 * derived from, by their digests.
 */
export async function markProved(
  reader: Pick<Reader, 'versionRecords'>,
  graph: LineageGraph,
): Promise<LineageGraph> {
  const claims = graph.edges.flatMap((edge) => {
    const [child, parent] = [versionOfNode(edge.from), versionOfNode(edge.to)];
    return edge.kind === 'derived_from' && child !== null && parent !== null ? [{ edge, child, parent }] : [];
  });
  if (claims.length === 0) return graph;
  const digests = await reader.versionRecords.listDigests(
    claims.flatMap(({ child, parent }) => [child, parent]),
  );
  const proved = new Set(
    claims
      .filter(({ child, parent }) => {
        const digest = digests.get(`${child.name}/${child.version}`);
        return digest !== undefined && digest === digests.get(`${parent.name}/${parent.version}`);
      })
      .map(({ edge }) => edge),
  );
  return {
    ...graph,
    edges: graph.edges.map((edge) => (proved.has(edge) ? { ...edge, origin: 'verified' } : edge)),
  };
}
