import { type Checkpoint, parseCheckpoint } from '../domain/checkpoint.ts';
import { appendLeaves, type HashedNode, rootOf, type TreeHash } from '../domain/merkle-tree.ts';
import { type NoteVerifier, parseNote } from '../domain/signed-note.ts';
import type { VerifySignature } from './ports/audit-signer.ts';

/** A leaf as it was found: in the database, or in an export. */
export interface FoundLeaf {
  readonly seq: number;
  /** The data of the leaf; null when the event is gone. */
  readonly leaf: string | null;
  /** What is said of the event elsewhere contradicts its leaf. */
  readonly contradicts: boolean;
}

export interface LogToVerify {
  /** In the order of `seq`. */
  readonly leaves: AsyncIterable<FoundLeaf>;
  /** Signed notes; those that the key did not sign count for nothing. */
  readonly checkpoints: readonly string[];
  /** The hashes that were kept of single leaves, by `seq`, as far as there are any: they say which event is wrong. */
  readonly keptHash: (seq: number) => string | null;
}

export type Verdict =
  | { readonly kind: 'verified'; readonly checkpoint: Checkpoint; readonly unproved: number }
  | { readonly kind: 'bad'; readonly checkpoint: Checkpoint; readonly seq: number; readonly reason: string };

/** What a checkpoint and its signature say; null when the key did not sign it. */
export function trustedCheckpoint(
  note: string,
  verifier: NoteVerifier,
  verify: VerifySignature,
): Checkpoint | null {
  const parsed = parseNote(note);
  const checkpoint = parsed === null ? null : parseCheckpoint(parsed.text);
  if (parsed === null || checkpoint === null || checkpoint.origin !== verifier.name) return null;
  const signed = parsed.signatures.some(
    ({ name, keyId, signature }) =>
      name === verifier.name &&
      keyId === verifier.keyId &&
      verify(parsed.text, signature, verifier.publicKey),
  );
  return signed ? checkpoint : null;
}

/**
 * Whether the events are those that the checkpoint was made of. When they are not, `seq` is the first that is not
 * what it was: exact where the hash that was kept of it is the true one, else the first behind the greatest earlier
 * checkpoint that still holds.
 */
export async function verifyLog(
  hash: TreeHash,
  log: LogToVerify,
  trusted: { readonly checkpoint: Checkpoint; readonly earlier: readonly Checkpoint[] },
): Promise<Verdict> {
  const { checkpoint } = trusted;
  const read = await readLeaves(hash, log.leaves);
  const bad = (seq: number, reason: string): Verdict => ({ kind: 'bad', checkpoint, seq, reason });
  if (read.broken !== null && read.broken.seq < checkpoint.size)
    return bad(await firstWrong(hash, log, trusted, read), read.broken.reason);
  if (read.hashes.length < checkpoint.size)
    return bad(read.hashes.length, 'the log ends before the checkpoint does');
  if (rootOfLeaves(hash, read.hashes.slice(0, checkpoint.size)) === checkpoint.root)
    return { kind: 'verified', checkpoint, unproved: read.hashes.length - checkpoint.size };
  return bad(await firstWrong(hash, log, trusted, read), 'the event is not the one that was signed');
}

interface ReadLeaves {
  /** Of the leaves up to the first that is missing or out of place. */
  readonly hashes: readonly string[];
  readonly broken: { readonly seq: number; readonly reason: string } | null;
}

async function readLeaves(hash: TreeHash, leaves: AsyncIterable<FoundLeaf>): Promise<ReadLeaves> {
  const hashes: string[] = [];
  for await (const { seq, leaf, contradicts } of leaves) {
    const at = hashes.length;
    if (seq !== at) return { hashes, broken: { seq: at, reason: `the log has no event ${at}` } };
    if (leaf === null) return { hashes, broken: { seq: at, reason: 'the event is gone' } };
    if (contradicts)
      return { hashes, broken: { seq: at, reason: 'what the event is found by contradicts it' } };
    hashes.push(hash.leaf(new TextEncoder().encode(leaf)));
  }
  return { hashes, broken: null };
}

/** The first of the leaves that is not what was signed, or where they end. */
async function firstWrong(
  hash: TreeHash,
  log: LogToVerify,
  { earlier }: { readonly earlier: readonly Checkpoint[] },
  { hashes }: ReadLeaves,
): Promise<number> {
  const holding = earlier.filter(
    ({ size, root }) => size <= hashes.length && rootOfLeaves(hash, hashes.slice(0, size)) === root,
  );
  const proved = Math.max(0, ...holding.map(({ size }) => size));
  for (let seq = proved; seq < hashes.length; seq++) {
    const kept = log.keptHash(seq);
    if (kept !== null && kept !== hashes[seq]) return seq;
  }
  // All that is kept agrees with what is there: either it ends here, or the hashes were changed, too.
  return hashes.length > proved && holding.length < earlier.length ? proved : hashes.length;
}

function rootOfLeaves(hash: TreeHash, leaves: readonly string[]): string {
  const nodes = new Map<string, string>();
  const made: readonly HashedNode[] = appendLeaves(hash, 0, leaves, () => '');
  for (const { level, index, hash: value } of made) nodes.set(`${level}/${index}`, value);
  return rootOf(hash, leaves.length, ({ level, index }) => nodes.get(`${level}/${index}`) ?? '');
}
