import { type AuditEvent, modelNameOf } from '../domain/audit-event.ts';
import type { Checkpoint } from '../domain/checkpoint.ts';
import { type NoteVerifier, noteVerifier, renderVerifier } from '../domain/signed-note.ts';
import { treeHashOf } from './audit-log.ts';
import {
  type FoundLeaf,
  type FoundLog,
  trustedCheckpoint,
  type Verdict,
  verifyLog,
} from './audit-verification.ts';
import type { KeptLeaf } from './ports/audit.ts';
import type { VerifySignature } from './ports/audit-signer.ts';
import type { Deps } from './ports.ts';

const READ_AT_ONCE = 1_000;

/** What a log is verified by. */
export interface Trust {
  /** A signed note. */
  readonly note: string;
  readonly verifier: NoteVerifier;
}

export interface Checked {
  readonly checkpoint: Checkpoint;
  readonly verdict: Verdict;
}

/** The log in the database against a checkpoint. Null when the key did not sign that. */
export function checkStoredLog(
  deps: Pick<Deps, 'store' | 'digests'>,
  trust: Trust,
  verify: VerifySignature,
): Promise<Checked | null> {
  const { store } = deps;
  async function* leaves(): AsyncGenerator<FoundLeaf> {
    for (let from = 0; ; ) {
      const page = await store.read(({ audit }) => audit.listLeaves(from, READ_AT_ONCE));
      for (const one of page) yield { seq: one.seq, leaf: one.leaf, contradicts: contradicts(one) };
      const last = page.at(-1);
      if (last === undefined) return;
      from = last.seq + 1;
    }
  }
  const log: FoundLog = {
    leaves: leaves(),
    async keptHash(node) {
      const nodes = await store.read(({ audit }) => audit.nodes([node]));
      return nodes.get(`${node.level}/${node.index}`) ?? null;
    },
  };
  return check(deps, { log, trust, verify });
}

/** Whether the columns that events are searched by say something else than the event. */
function contradicts({ eventId, leaf, columns }: KeptLeaf): boolean {
  if (leaf === null) return false;
  const event = parseEvent(leaf);
  return (
    event === null ||
    columns === null ||
    event.id !== eventId ||
    Date.parse(event.time) !== columns.atMs ||
    event.action !== columns.action ||
    event.actor.id !== columns.actorId ||
    !isFoundBy(event, columns.modelName)
  );
}

/** Events about requests were not found by their model at first, and events are never changed. */
function isFoundBy(event: AuditEvent, modelName: string | null): boolean {
  const isOld = event.object.kind === 'transition_request' && modelName === null;
  return isOld || modelNameOf(event) === modelName;
}

function parseEvent(leaf: string): AuditEvent | null {
  try {
    return JSON.parse(leaf) as AuditEvent;
  } catch {
    return null;
  }
}

/** The log of an export, of which nothing is believed beyond what the checkpoint proves. */
export function checkExportedLog(
  deps: Pick<Deps, 'digests'>,
  { log, trust }: { log: FoundLog; trust: Trust },
  verify: VerifySignature,
): Promise<Checked | null> {
  return check(deps, { log, trust, verify });
}

async function check(
  { digests }: Pick<Deps, 'digests'>,
  { log, trust, verify }: { log: FoundLog; trust: Trust; verify: VerifySignature },
): Promise<Checked | null> {
  const checkpoint = trustedCheckpoint(trust.note, trust.verifier, verify);
  if (checkpoint === null) return null;
  return { checkpoint, verdict: await verifyLog(treeHashOf(digests), log, checkpoint) };
}

/** The key that signs this registry's checkpoints. */
export function ownVerifier({ auditSigner, digests }: Pick<Deps, 'auditSigner' | 'digests'>): NoteVerifier {
  return noteVerifier(auditSigner.origin, auditSigner.publicKey, digests.sha256Bytes);
}

/** The same as a line that can be handed on (C2SP signed-note). */
export function publicKeyLine(deps: Pick<Deps, 'auditSigner' | 'digests'>): string {
  return renderVerifier(ownVerifier(deps));
}
