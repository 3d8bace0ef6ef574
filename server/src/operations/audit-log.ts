import { parseCheckpoint, renderCheckpoint } from '../domain/checkpoint.ts';
import {
  appendLeaves,
  type HashedNode,
  type NodeLookup,
  peaks,
  rootOf,
  type TreeHash,
  type TreeNode,
  treeHash,
} from '../domain/merkle-tree.ts';
import { noteVerifier, parseNote, renderNote } from '../domain/signed-note.ts';
import type { AuditReader, KeptCheckpoint } from './ports/audit.ts';
import type { CheckpointSink } from './ports/checkpoint-sink.ts';
import type { Digests } from './ports/digests.ts';
import type { Deps } from './ports.ts';

/** What the log needs of what operations are given. */
type LogDeps = Pick<Deps, 'store' | 'clock' | 'digests' | 'auditSigner'>;

const PLACED_AT_ONCE = 1_000;

/**
 * Gives waiting events their places in the tree, in the order in which they came, without gaps. Several servers may
 * do so at once: one waits for the other. Answers how many got one; less than a full batch means that none waits.
 */
export async function placeEvents(
  deps: Pick<LogDeps, 'store' | 'digests'>,
): Promise<{ placed: number; more: boolean }> {
  // Servers look often, and seldom find anything.
  const next = await deps.store.read(({ audit }) => audit.listWaiting(1));
  if (next.length === 0) return { placed: 0, more: false };
  const hash = treeHashOf(deps.digests);
  return deps.store.write(async ({ audit }) => {
    await audit.lockPlaces();
    const waiting = await audit.listWaiting(PLACED_AT_ONCE);
    if (waiting.length === 0) return { placed: 0, more: false };
    const size = await audit.size();
    const lookup = await lookupOf(audit, peaks(size));
    const leaves = waiting.map(({ leaf }) => hash.leaf(new TextEncoder().encode(leaf)));
    const nodes: readonly HashedNode[] = appendLeaves(hash, size, leaves, lookup);
    await audit.place(
      waiting.map(({ eventId }, offset) => ({ seq: size + offset, eventId })),
      nodes,
    );
    return { placed: waiting.length, more: waiting.length === PLACED_AT_ONCE };
  });
}

/** Signs what the log is now, and keeps that; null when the newest checkpoint says it already. */
export async function makeCheckpoint(deps: LogDeps): Promise<KeptCheckpoint | null> {
  const { store, clock, digests, auditSigner: signer } = deps;
  return store.write(async ({ audit }) => {
    const size = await audit.size();
    const newest = await audit.newestCheckpoint();
    if (newest?.size === size) return null;
    const root = rootOf(treeHashOf(digests), size, await lookupOf(audit, peaks(size)));
    const text = renderCheckpoint({ origin: signer.origin, size, root });
    const verifier = noteVerifier(signer.origin, signer.publicKey, digests.sha256Bytes);
    const signature = { ...verifier, signature: signer.sign(text) };
    const checkpoint = { size, atMs: clock.now(), note: renderNote({ text, signatures: [signature] }) };
    await audit.keepCheckpoint(checkpoint);
    return checkpoint;
  });
}

const SENT_AT_ONCE = 100;

/**
 * Copies to the sink, oldest first, the checkpoints that it has not got, and answers from which size on it may lack
 * some. `fromSize` null: that is asked of the sink, whose newest one is compared.
 * @throws CheckpointContradicted when the sink has another one; `unavailable` when it does not answer.
 */
export async function sendCheckpoints(
  { store, checkpointSink: sink }: Pick<Deps, 'store' | 'checkpointSink'>,
  fromSize: number | null,
): Promise<number> {
  if (sink === null) return 0;
  let sent = fromSize ?? (await sizeOfNewest(sink));
  for (;;) {
    const from = sent;
    const kept = await store.read(({ audit }) => audit.listCheckpoints(from, SENT_AT_ONCE));
    for (const { size, note } of kept) {
      await sink.keep(size, note);
      sent = size + 1;
    }
    if (kept.length < SENT_AT_ONCE) return sent;
  }
}

async function sizeOfNewest(sink: CheckpointSink): Promise<number> {
  const note = await sink.newest();
  const signed = note === null ? null : parseNote(note);
  return (signed === null ? null : parseCheckpoint(signed.text))?.size ?? 0;
}

export function treeHashOf(digests: Pick<Digests, 'sha256Bytes'>): TreeHash {
  return treeHash(digests.sha256Bytes);
}

/** The nodes, read in one statement. */
export async function lookupOf(
  reader: Pick<AuditReader, 'nodes'>,
  wanted: readonly TreeNode[],
): Promise<NodeLookup> {
  const nodes = await reader.nodes(wanted);
  return ({ level, index }) => {
    const found = nodes.get(`${level}/${index}`);
    if (found === undefined) throw new Error(`the audit log has lost node ${level}/${index}`);
    return found;
  };
}
