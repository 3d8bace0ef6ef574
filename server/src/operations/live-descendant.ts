import { keptVersionId, parseKeptVersionId } from '../domain/lineage-edge.ts';
import type { VersionKey } from './ports/retention.ts';
import type { Reader } from './ports.ts';

type DescendantReader = Pick<Reader, 'retention' | 'retentionKeepers'>;

/** Versions whose descendants are looked at together, and how many of those. */
const ROOTS_AT_ONCE = 1_000;
const DESCENDANTS_AT_ONCE = 20_000;
const LOOKED_UP_AT_ONCE = 1_000;

/**
 * Of each version that something live was made from, in any number of steps: `parent of layer-count/41`, by the id of
 * its node. Live is what is in production or under an alias.
 */
export async function findLiveDescendants(
  reader: DescendantReader,
  versions: readonly VersionKey[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (let i = 0; i < versions.length; i += ROOTS_AT_ONCE) {
    const roots = versions.slice(i, i + ROOTS_AT_ONCE);
    const pairs = await reader.retentionKeepers.listVersionsBelow(roots, DESCENDANTS_AT_ONCE);
    if (pairs.length === 0) continue;
    const live = await findLive(
      reader,
      pairs.flatMap(({ below }) => parseKeptVersionId(below) ?? []),
    );
    const descendants = Map.groupBy(pairs, nodeOf);
    for (const node of roots.map(nodeOf)) {
      const child = descendants.get(node)?.find(({ below }) => live.has(below));
      if (child !== undefined) found.set(node, `parent of ${live.get(child.below)}`);
      else if (pairs.length === DESCENDANTS_AT_ONCE)
        found.set(node, 'more was made from it and its like than can be looked at');
    }
  }
  return found;
}

/** Of some versions those that are live, as `layer-count/41` by the id of their node. */
async function findLive(
  reader: DescendantReader,
  keys: readonly VersionKey[],
): Promise<ReadonlyMap<string, string>> {
  const live = new Map<string, string>();
  for (let i = 0; i < keys.length; i += LOOKED_UP_AT_ONCE) {
    const rows = await reader.retention.findRetained(keys.slice(i, i + LOOKED_UP_AT_ONCE), 0);
    const aliases = await reader.retentionKeepers.listAliases([...new Set(rows.map((row) => row.modelName))]);
    const served = Map.groupBy(aliases, ({ modelName }) => modelName);
    for (const row of rows) {
      const isServed = served.get(row.modelName)?.some(({ version }) => version === row.version) === true;
      if (row.stage === 'production' || isServed) live.set(nodeOf(row), `${row.modelName}/${row.version}`);
    }
  }
  return live;
}

function nodeOf({ modelId, version }: VersionKey): string {
  return keptVersionId(modelId, version);
}
