import { type Checkpoint, parseCheckpoint } from '../domain/checkpoint.ts';
import { appendLeaves, peaks, rootOf, type TreeHash, type TreeNode } from '../domain/merkle-tree.ts';
import { type NoteVerifier, parseNote } from '../domain/signed-note.ts';
import type { VerifySignature } from './ports/audit-signer.ts';

/** A leaf as it was found: in the database, or in an export. */
export interface FoundLeaf {
  readonly seq: number;
  /** The data of the leaf; null when the event is gone. */
  readonly leaf: string | null;
  /** What else is kept of the event says something else than its leaf. */
  readonly contradicts: boolean;
}

export interface FoundLog {
  /** In the order of `seq`. */
  readonly leaves: AsyncIterable<FoundLeaf>;
  /** A hash that was kept of a complete subtree, or null; believed only as far as the checkpoint proves it. */
  readonly keptHash: (node: TreeNode) => Promise<string | null>;
}

export type Verdict =
  /** `unproved`: events behind the checkpoint, which is too old to prove them. */
  | { readonly kind: 'verified'; readonly size: number; readonly unproved: number }
  /** The first event that is not what was signed. */
  | { readonly kind: 'bad'; readonly seq: number; readonly reason: string };

/** What a signed note says; null when it is none, or the key did not sign it. */
export function trustedCheckpoint(
  note: string,
  verifier: NoteVerifier,
  verify: VerifySignature,
): Checkpoint | null {
  const parsed = parseNote(note);
  const checkpoint = parsed === null ? null : parseCheckpoint(parsed.text);
  if (parsed === null || checkpoint === null || checkpoint.origin !== verifier.name) return null;
  const isSigned = parsed.signatures.some(
    ({ name, keyId, signature }) =>
      name === verifier.name &&
      keyId === verifier.keyId &&
      verify(parsed.text, signature, verifier.publicKey),
  );
  return isSigned ? checkpoint : null;
}

/**
 * Whether the events are those that the checkpoint was made of. If not, the first that is not: exact as long as the
 * kept hashes around it are true, which the checkpoint proves from the root down; else the first of the smallest
 * part of the log that can be proved to be wrong.
 */
export async function verifyLog(hash: TreeHash, log: FoundLog, checkpoint: Checkpoint): Promise<Verdict> {
  const { hashes, broken } = await readLeaves(hash, log.leaves);
  const found = foundTree(hash, hashes);
  if (hashes.length >= checkpoint.size && found.root(checkpoint.size) === checkpoint.root)
    return broken !== null && broken.seq < checkpoint.size
      ? { kind: 'bad', ...broken }
      : { kind: 'verified', size: checkpoint.size, unproved: hashes.length - checkpoint.size };
  const { seq, isExact } = await firstWrong(hash, { found, kept: log.keptHash }, checkpoint);
  // Where hashes are missing, too, it is better to name what is certainly wrong than where that may begin.
  if (broken !== null && (broken.seq <= seq || !isExact)) return { kind: 'bad', ...broken };
  return {
    kind: 'bad',
    seq,
    reason: seq < hashes.length ? 'the event is not the one that was signed' : 'the log ends here',
  };
}

interface ReadLeaves {
  /** Of the leaves up to the first that is missing, out of place or contradicted. */
  readonly hashes: readonly string[];
  readonly broken: { readonly seq: number; readonly reason: string } | null;
}

async function readLeaves(hash: TreeHash, leaves: AsyncIterable<FoundLeaf>): Promise<ReadLeaves> {
  const hashes: string[] = [];
  let broken: ReadLeaves['broken'] = null;
  for await (const { seq, leaf, contradicts } of leaves) {
    const at = hashes.length;
    if (seq !== at) return { hashes, broken: broken ?? { seq: at, reason: 'the event is gone' } };
    if (leaf === null) return { hashes, broken: broken ?? { seq: at, reason: 'the event is gone' } };
    if (contradicts) broken ??= { seq: at, reason: 'what the event is found by contradicts it' };
    hashes.push(hash.leaf(new TextEncoder().encode(leaf)));
  }
  return { hashes, broken };
}

/** The tree of what was found, of which any earlier size can be asked for. */
interface FoundTree {
  readonly size: number;
  root(size: number): string;
  /** Null when the leaves do not reach so far. */
  node(node: TreeNode): string | null;
}

function foundTree(hash: TreeHash, hashes: readonly string[]): FoundTree {
  const nodes = new Map<string, string>();
  const keyOf = ({ level, index }: TreeNode) => `${level}/${index}`;
  for (const node of appendLeaves(hash, 0, hashes, () => '')) nodes.set(keyOf(node), node.hash);
  const node = (one: TreeNode) => nodes.get(keyOf(one)) ?? null;
  return { size: hashes.length, node, root: (size) => rootOf(hash, size, (one) => node(one) ?? '') };
}

interface Trees {
  readonly found: FoundTree;
  readonly kept: FoundLog['keptHash'];
}

/** `isExact`: else it is the first of the smallest part that is proved to be wrong. */
interface FirstWrong {
  readonly seq: number;
  readonly isExact: boolean;
}

/** From the root down: kept hashes are true when together they make the hash above them. */
async function firstWrong(hash: TreeHash, trees: Trees, { size, root }: Checkpoint): Promise<FirstWrong> {
  const tops = peaks(size);
  // No two of them have one level.
  const kept = new Map<number, string>();
  for (const top of tops) kept.set(top.level, (await trees.kept(top)) ?? '');
  const keptOf = ({ level }: TreeNode) => kept.get(level) ?? '';
  if (rootOf(hash, size, keptOf) !== root) return { seq: 0, isExact: false };
  const wrong = tops.find((top) => trees.found.node(top) !== keptOf(top));
  return wrong === undefined
    ? { seq: size, isExact: true }
    : firstWrongBelow(hash, trees, wrong, keptOf(wrong));
}

async function firstWrongBelow(
  hash: TreeHash,
  trees: Trees,
  top: TreeNode,
  truth: string,
): Promise<FirstWrong> {
  let node = top;
  let signed = truth;
  while (node.level > 0) {
    const left = { level: node.level - 1, index: 2 * node.index };
    const right = { level: node.level - 1, index: 2 * node.index + 1 };
    const [keptLeft, keptRight] = await Promise.all([trees.kept(left), trees.kept(right)]);
    if (keptLeft === null || keptRight === null || hash.node(keptLeft, keptRight) !== signed) break;
    const isLeft = trees.found.node(left) !== keptLeft;
    node = isLeft ? left : right;
    signed = isLeft ? keptLeft : keptRight;
  }
  return { seq: node.index * 2 ** node.level, isExact: node.level === 0 };
}
