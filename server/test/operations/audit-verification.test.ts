import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderCheckpoint } from '../../src/domain/checkpoint.ts';
import { appendLeaves, rootOf, type TreeNode } from '../../src/domain/merkle-tree.ts';
import { noteVerifier, renderNote } from '../../src/domain/signed-note.ts';
import { auditSigner, newAuditKey, verifySignature } from '../../src/host/audit-key.ts';
import { hostDigests } from '../../src/host/digests.ts';
import { treeHashOf } from '../../src/operations/audit-log.ts';
import {
  type FoundLeaf,
  trustedCheckpoint,
  type Verdict,
  verifyLog,
} from '../../src/operations/audit-verification.ts';

const hash = treeHashOf(hostDigests);
const leafOf = (seq: number) => `{"id":"e-${seq}"}`;
const hashOf = (leaf: string) => hash.leaf(new TextEncoder().encode(leaf));

/** A log as it was kept, which a test then tampers with. */
function keptLog(size: number) {
  const leaves: FoundLeaf[] = Array.from({ length: size }, (_, seq) => ({
    seq,
    leaf: leafOf(seq),
    contradicts: false,
  }));
  const nodes = new Map<string, string>();
  for (const node of appendLeaves(
    hash,
    0,
    leaves.map(({ leaf }) => hashOf(leaf ?? '')),
    () => '',
  ))
    nodes.set(`${node.level}/${node.index}`, node.hash);
  const rootAt = (at: number) => rootOf(hash, at, ({ level, index }) => nodes.get(`${level}/${index}`) ?? '');
  return { leaves, nodes, rootAt };
}
type KeptLog = ReturnType<typeof keptLog>;

function verify(log: KeptLog, size: number, root: string): Promise<Verdict> {
  async function* leaves() {
    yield* log.leaves;
  }
  const keptHash = async ({ level, index }: TreeNode) => log.nodes.get(`${level}/${index}`) ?? null;
  return verifyLog(hash, { leaves: leaves(), keptHash }, { origin: 'log', size, root });
}

/** One way to tamper with events and places, and the first event that is wrong then. */
interface Tampering {
  readonly what: string;
  readonly tamper: (leaves: FoundLeaf[]) => void;
  readonly firstBad: number;
}

const renumbered = (leaves: FoundLeaf[]) => leaves.map((one, seq) => ({ ...one, seq }));
const replace = (leaves: FoundLeaf[], other: readonly FoundLeaf[]) =>
  void leaves.splice(0, leaves.length, ...other);

function tampering(size: number): fc.Arbitrary<Tampering> {
  const place = fc.nat(size - 1);
  const edit = place.map((at) => ({
    what: `edit ${at}`,
    firstBad: at,
    tamper: (leaves: FoundLeaf[]) =>
      void leaves.splice(at, 1, { seq: at, leaf: '{"id":"forged"}', contradicts: false }),
  }));
  const contradiction = place.map((at) => ({
    what: `contradict ${at}`,
    firstBad: at,
    tamper: (leaves: FoundLeaf[]) =>
      void leaves.splice(at, 1, { seq: at, leaf: leafOf(at), contradicts: true }),
  }));
  const removal = fc.tuple(place, fc.constantFrom('row', 'event', 'closed')).map(([at, how]) => ({
    what: `delete ${at} (${how})`,
    firstBad: at,
    tamper: (leaves: FoundLeaf[]) => {
      if (how === 'event') leaves.splice(at, 1, { seq: at, leaf: null, contradicts: false });
      else leaves.splice(at, 1);
      if (how === 'closed') replace(leaves, renumbered(leaves));
    },
  }));
  const insertion = place.map((at) => ({
    what: `insert before ${at}`,
    firstBad: at,
    tamper: (leaves: FoundLeaf[]) => {
      leaves.splice(at, 0, { seq: at, leaf: '{"id":"forged"}', contradicts: false });
      replace(leaves, renumbered(leaves));
    },
  }));
  const truncation = place.map((at) => ({
    what: `truncate at ${at}`,
    firstBad: at,
    tamper: (leaves: FoundLeaf[]) => void leaves.splice(at),
  }));
  const swap = fc
    .tuple(place, place)
    .filter(([a, b]) => a < b)
    .map(([a, b]) => ({
      what: `swap ${a} and ${b}`,
      firstBad: a,
      tamper: (leaves: FoundLeaf[]) => {
        const [one, other] = [leaves[a], leaves[b]];
        if (one === undefined || other === undefined) return;
        leaves[a] = { ...other, seq: a };
        leaves[b] = { ...one, seq: b };
      },
    }));
  return fc.oneof(edit, contradiction, removal, insertion, truncation, ...(size > 1 ? [swap] : []));
}

const sized = fc.integer({ min: 1, max: 70 }).chain((size) => fc.tuple(fc.constant(size), tampering(size)));

describe('verifying the audit log', () => {
  test('finds nothing where nothing was done, and says what is too young to be proved', async () => {
    for (let size = 0; size <= 20; size++) {
      const log = keptLog(20);
      expect(await verify(log, size, log.rootAt(size))).toEqual({
        kind: 'verified',
        size,
        unproved: 20 - size,
      });
    }
  });

  test('finds each of thousands of tamperings, and the first event that is wrong', async () => {
    await fc.assert(
      fc.asyncProperty(sized, async ([size, { tamper, firstBad }]) => {
        const log = keptLog(size);
        const root = log.rootAt(size);
        tamper(log.leaves);
        expect(await verify(log, size, root)).toMatchObject({ kind: 'bad', seq: firstBad });
      }),
      { numRuns: 5_000 },
    );
  });

  test('finds them behind a checkpoint that covers a part, when they lie in that part', async () => {
    await fc.assert(
      fc.asyncProperty(sized, fc.nat(20), async ([size, { tamper, firstBad }], behind) => {
        const log = keptLog(size + behind);
        const root = log.rootAt(size);
        tamper(log.leaves);
        expect(await verify(log, size, root)).toMatchObject({ kind: 'bad', seq: firstBad });
      }),
      { numRuns: 1_000 },
    );
  });

  test('is not fooled by hashes that were changed to fit: it finds the log wrong, no later than where it is', async () => {
    await fc.assert(
      fc.asyncProperty(sized, fc.boolean(), async ([size, { tamper, firstBad }], fits) => {
        const log = keptLog(size);
        const root = log.rootAt(size);
        tamper(log.leaves);
        log.nodes.clear();
        if (fits)
          for (const node of appendLeaves(
            hash,
            0,
            log.leaves.map(({ leaf }) => hashOf(leaf ?? '')),
            () => '',
          ))
            log.nodes.set(`${node.level}/${node.index}`, node.hash);
        const verdict = await verify(log, size, root);
        expect(verdict.kind).toBe('bad');
        expect(verdict.kind === 'bad' && verdict.seq <= firstBad).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test('believes no checkpoint but one that the key signed', () => {
    const signer = auditSigner(newAuditKey());
    const verifier = noteVerifier(signer.origin, signer.publicKey, hostDigests.sha256Bytes);
    const checkpoint = { origin: signer.origin, size: 3, root: 'ab'.repeat(32) };
    const text = renderCheckpoint(checkpoint);
    const noteOf = (signature: Uint8Array, said = text, by: typeof verifier = verifier) =>
      renderNote({ text: said, signatures: [{ ...by, signature }] });
    const trust = (note: string) => trustedCheckpoint(note, verifier, verifySignature);
    expect(trust(noteOf(signer.sign(text)))).toEqual(checkpoint);
    const { privateKey } = generateKeyPairSync('ed25519');
    expect(trust(noteOf(new Uint8Array(sign(null, Buffer.from(text), privateKey))))).toBeNull();
    expect(trust(noteOf(signer.sign(text), text.replace('3', '4')))).toBeNull();
    expect(trust(noteOf(signer.sign(text), text, { ...verifier, name: 'other' }))).toBeNull();
    const other = renderCheckpoint({ ...checkpoint, origin: 'other' });
    expect(trust(noteOf(signer.sign(other), other))).toBeNull();
    expect(trust('')).toBeNull();
  });
});
