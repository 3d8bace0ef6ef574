import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  appendLeaves,
  type HashedNode,
  inclusionProof,
  type NodeLookup,
  nodesOfInclusionProof,
  peaks,
  rootOf,
  rootOfInclusionProof,
  treeHash,
} from './merkle-tree.ts';

const hash = treeHash((data) => createHash('sha256').update(data).digest('hex'));

/** The leaves and roots that Certificate Transparency's own implementations are tested with. */
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

/** The definition of section 2.1, word by word. */
function definedRoot(leaves: readonly string[]): string {
  if (leaves.length === 0) return hash.empty;
  if (leaves.length === 1) return leaves[0] ?? '';
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return hash.node(definedRoot(leaves.slice(0, k)), definedRoot(leaves.slice(k)));
}

class Kept {
  readonly #nodes = new Map<string, string>();
  size = 0;

  append(leaves: readonly string[]): readonly HashedNode[] {
    const made = appendLeaves(hash, this.size, leaves, this.lookup);
    for (const node of made) this.#nodes.set(`${node.level}/${node.index}`, node.hash);
    this.size += leaves.length;
    return made;
  }

  readonly lookup: NodeLookup = ({ level, index }) => {
    const found = this.#nodes.get(`${level}/${index}`);
    if (found === undefined) throw new Error(`no node ${level}/${index}`);
    return found;
  };
}

const leaf = (text: string) => hash.leaf(new TextEncoder().encode(text));
const leavesUpTo = (count: number) => Array.from({ length: count }, (_, i) => leaf(`leaf ${i}`));

describe('the Merkle tree', () => {
  test('has the roots of Certificate Transparency', () => {
    const kept = new Kept();
    LEAVES.forEach((data, i) => {
      kept.append([hash.leaf(Buffer.from(data, 'hex'))]);
      expect(rootOf(hash, i + 1, kept.lookup)).toBe(ROOTS[i]);
    });
    expect(rootOf(hash, 0, kept.lookup)).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });

  test('is the same however the leaves come, and has each earlier root still', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 12 }), (batches) => {
        const kept = new Kept();
        const all = leavesUpTo(batches.reduce((a, b) => a + b, 0));
        for (const count of batches) kept.append(all.slice(kept.size, kept.size + count));
        for (let size = 0; size <= all.length; size++)
          expect(rootOf(hash, size, kept.lookup)).toBe(definedRoot(all.slice(0, size)));
      }),
    );
  });

  test('keeps fewer than two nodes a leaf', () => {
    const kept = new Kept();
    expect(kept.append(leavesUpTo(1_000)).length).toBeLessThan(2_000);
    expect(peaks(1_000)).toHaveLength(6);
  });

  test('proves each leaf to whoever knows the root, and nothing else', () => {
    const kept = new Kept();
    const all = leavesUpTo(33);
    kept.append(all);
    for (let size = 1; size <= all.length; size++)
      for (let index = 0; index < size; index++) {
        const asked: string[] = [];
        const path = inclusionProof(hash, index, size, (node) => {
          asked.push(`${node.level}/${node.index}`);
          return kept.lookup(node);
        });
        expect(nodesOfInclusionProof(index, size).map((node) => `${node.level}/${node.index}`)).toEqual(
          asked,
        );
        const root = definedRoot(all.slice(0, size));
        const own = { index, hash: all[index] ?? '' };
        expect(rootOfInclusionProof(hash, own, size, path)).toBe(root);
        expect(rootOfInclusionProof(hash, { ...own, hash: leaf('other') }, size, path)).not.toBe(root);
        expect(rootOfInclusionProof(hash, own, size, [...path, root])).toBeNull();
        expect(rootOfInclusionProof(hash, { ...own, index: size }, size, path)).toBeNull();
      }
  });
});
