/**
 * The Merkle tree of RFC 6962, section 2.1, over leaves that only ever grow in number. What is kept are the hashes of
 * its complete subtrees, which never change: node `index` of `level` covers the leaves
 * `[index << level, (index + 1) << level)`. All other hashes follow from them. Hashes are 64 hex digits.
 */
export interface TreeNode {
  readonly level: number;
  readonly index: number;
}

export interface HashedNode extends TreeNode {
  readonly hash: string;
}

export interface TreeHash {
  /** Of the data of a leaf. */
  leaf(data: Uint8Array): string;
  node(left: string, right: string): string;
  /** Of a tree without leaves. */
  readonly empty: string;
}

/** @throws Error when a node that must be there is not: what is kept is damaged. */
export type NodeLookup = (node: TreeNode) => string;

/** Leaves and nodes hash differently, so that a node can never pass for a leaf (RFC 6962, section 2.1). */
export function treeHash(sha256: (data: Uint8Array) => string): TreeHash {
  return {
    leaf: (data) => sha256(joined(Uint8Array.of(0), data)),
    node: (left, right) => sha256(joined(Uint8Array.of(1), hexBytes(left), hexBytes(right))),
    empty: sha256(new Uint8Array()),
  };
}

function hexBytes(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) =>
    Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16),
  );
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The complete subtrees that `size` leaves consist of, from the left: one for each bit of `size`. */
export function peaks(size: number): TreeNode[] {
  return nodesOf({ from: 0, to: size });
}

/**
 * The nodes that come into being when leaves are put behind the `size` that are there, leaves included. `lookup` is
 * asked for the peaks of `size` only.
 */
export function appendLeaves(
  hash: TreeHash,
  size: number,
  leaves: readonly string[],
  lookup: NodeLookup,
): HashedNode[] {
  const made: HashedNode[] = [];
  // The peaks, the smallest last; a new leaf joins with those of its own height.
  const stack: HashedNode[] = peaks(size).map((node) => ({ ...node, hash: lookup(node) }));
  leaves.forEach((leaf, offset) => {
    let node: HashedNode = { level: 0, index: size + offset, hash: leaf };
    made.push(node);
    while (node.index % 2 === 1) {
      const left = stack.pop();
      if (left === undefined) throw new Error('a complete subtree has no left half');
      node = { level: node.level + 1, index: (node.index - 1) / 2, hash: hash.node(left.hash, node.hash) };
      made.push(node);
    }
    stack.push(node);
  });
  return made;
}

/** The root of the first `size` leaves; `lookup` is asked for `peaks(size)`. */
export function rootOf(hash: TreeHash, size: number, lookup: NodeLookup): string {
  if (size === 0) return hash.empty;
  return hashOfRange(hash, { from: 0, to: size }, lookup);
}

/** The leaves `from <= i < to`; one that the tree of some size splits into has its hash from complete subtrees. */
interface LeafRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The nodes that the proof of leaf `index` among the first `size` needs. 0 <= index < size.
 */
export function nodesOfInclusionProof(index: number, size: number): TreeNode[] {
  return siblings(index, size).flatMap(nodesOf);
}

/** The audit path of RFC 6962, section 2.1.1: the sibling of the leaf first. */
export function inclusionProof(hash: TreeHash, index: number, size: number, lookup: NodeLookup): string[] {
  return siblings(index, size).map((range) => hashOfRange(hash, range, lookup));
}

/** The root that leaf and path lead to; null when the path has not the length that it must have. */
export function rootOfInclusionProof(
  hash: TreeHash,
  leaf: { readonly index: number; readonly hash: string },
  size: number,
  path: readonly string[],
): string | null {
  if (leaf.index < 0 || leaf.index >= size) return null;
  const ranges = siblings(leaf.index, size);
  if (ranges.length !== path.length) return null;
  return path.reduce(
    (below, sibling, i) =>
      (ranges[i]?.from ?? 0) > leaf.index ? hash.node(below, sibling) : hash.node(sibling, below),
    leaf.hash,
  );
}

/** What stands beside the way from the leaf up to the root, the lowest first. */
function siblings(index: number, size: number): LeafRange[] {
  const ranges: LeafRange[] = [];
  let range: LeafRange = { from: 0, to: size };
  while (range.to - range.from > 1) {
    const middle = range.from + leftSize(range.to - range.from);
    const isLeft = index < middle;
    ranges.push(isLeft ? { from: middle, to: range.to } : { from: range.from, to: middle });
    range = isLeft ? { from: range.from, to: middle } : { from: middle, to: range.to };
  }
  return ranges.reverse();
}

/** The greatest power of two below `size`, which is at least 2. */
function leftSize(size: number): number {
  return 2 ** Math.floor(Math.log2(size - 1));
}

/** The complete subtrees of a range that a tree splits into, from the left. */
function nodesOf({ from, to }: LeafRange): TreeNode[] {
  const nodes: TreeNode[] = [];
  for (let at = from; at < to; ) {
    const level = Math.floor(Math.log2(to - at));
    nodes.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return nodes;
}

function hashOfRange(hash: TreeHash, range: LeafRange, lookup: NodeLookup): string {
  return nodesOf(range)
    .map(lookup)
    .reduceRight((right, left) => hash.node(left, right));
}

/** The complete subtrees whose last leaf is this one, from the leaf up. */
export function completedBy(seq: number): TreeNode[] {
  const nodes: TreeNode[] = [{ level: 0, index: seq }];
  for (let level = 1, index = seq; index % 2 === 1; level += 1) {
    index = (index - 1) / 2;
    nodes.push({ level, index });
  }
  return nodes;
}
