import type { Actor } from '../domain/actor.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import { completedBy, inclusionProof, nodesOfInclusionProof } from '../domain/merkle-tree.ts';
import { publicKeyLine } from './audit-check.ts';
import { lookupOf, treeHashOf } from './audit-log.ts';
import { authorize } from './authorize.ts';
import type { AuditPosition, AuditQuery, KeptCheckpoint, KeptEvent } from './ports/audit.ts';
import type { Deps } from './ports.ts';
import { modelResource } from './registered-model.ts';

/** That an event is in the log of a checkpoint (RFC 6962, section 2.1.1). */
export interface InclusionProof {
  readonly seq: number;
  readonly leaf: string;
  readonly leafHash: string;
  /** Hashes, the sibling of the leaf first. */
  readonly path: readonly string[];
  readonly checkpoint: KeptCheckpoint;
  readonly publicKey: string;
}

const EXPORTED_AT_ONCE = 500;

function authorizeAudit(actor: Actor): void {
  authorize(actor, 'read-audit', modelResource('*'));
}

/** The newest first. @throws `permission_denied`. */
export async function searchEvents(
  deps: Deps,
  actor: Actor,
  query: AuditQuery & { readonly before: AuditPosition | null; readonly limit: number },
): Promise<KeptEvent[]> {
  authorizeAudit(actor);
  return deps.store.read(({ audit }) => audit.search(query, query));
}

/** The newest checkpoint and the key that signs them; null before the first. @throws `permission_denied`. */
export async function getCheckpoint(
  deps: Deps,
  actor: Actor,
): Promise<{ readonly checkpoint: KeptCheckpoint | null; readonly publicKey: string }> {
  authorizeAudit(actor);
  const checkpoint = await deps.store.read(({ audit }) => audit.newestCheckpoint());
  return { checkpoint, publicKey: publicKeyLine(deps) };
}

/** @throws `permission_denied`, `resource_not_found` for an event that has no place, or none that is signed yet. */
export async function proveEvent(deps: Deps, actor: Actor, seq: number): Promise<InclusionProof> {
  authorizeAudit(actor);
  if (!(Number.isSafeInteger(seq) && seq >= 0))
    throw invalidArgument('seq is the place of an event: a whole number from 0.', 'seq');
  return deps.store.read(async ({ audit }) => {
    const checkpoint = await audit.newestCheckpoint();
    const kept = await audit.findLeaf(seq);
    if (checkpoint === null || kept?.leaf === undefined || kept.leaf === null || seq >= checkpoint.size)
      throw new RegistryError('resource_not_found', {
        message: `No checkpoint covers an event ${seq}; the newest covers those below ${checkpoint?.size ?? 0}.`,
      });
    const hash = treeHashOf(deps.digests);
    const { size } = checkpoint;
    return {
      seq,
      leaf: kept.leaf,
      leafHash: hash.leaf(new TextEncoder().encode(kept.leaf)),
      path: inclusionProof(hash, seq, size, await lookupOf(audit, nodesOfInclusionProof(seq, size))),
      checkpoint,
      publicKey: publicKeyLine(deps),
    };
  });
}

/**
 * The whole log as lines of JSON: the public key, each event with its place and the hashes of the subtrees that it
 * completes, then the newest checkpoint. What it takes to verify it elsewhere, and to find what is wrong. @throws `permission_denied` with the first line.
 */
export async function* exportEvents(deps: Deps, actor: Actor): AsyncGenerator<string> {
  authorizeAudit(actor);
  const { checkpoint, publicKey } = await getCheckpoint(deps, actor);
  yield `${JSON.stringify({ public_key: publicKey })}\n`;
  for (let from = 0; ; ) {
    const leaves = await deps.store.read(({ audit }) => audit.listLeaves(from, EXPORTED_AT_ONCE));
    const nodes = await deps.store.read(({ audit }) =>
      audit.nodes(leaves.flatMap(({ seq }) => completedBy(seq))),
    );
    for (const { seq, leaf } of leaves) {
      const hashes = completedBy(seq).map(({ level, index }) => nodes.get(`${level}/${index}`) ?? null);
      yield `{"seq":${seq},"hashes":${JSON.stringify(hashes)},"event":${leaf ?? 'null'}}\n`;
    }
    const last = leaves.at(-1);
    if (last === undefined) break;
    from = last.seq + 1;
  }
  if (checkpoint !== null) yield `${JSON.stringify({ checkpoint: checkpoint.note })}\n`;
}
