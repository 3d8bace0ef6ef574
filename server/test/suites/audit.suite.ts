import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LOCAL_ACTOR } from '../../src/domain/actor.ts';
import { type AuditEntry, auditEvent, auditLeaf } from '../../src/domain/audit-event.ts';
import { parseCheckpoint } from '../../src/domain/checkpoint.ts';
import { inclusionProof, nodesOfInclusionProof, rootOfInclusionProof } from '../../src/domain/merkle-tree.ts';
import { noteVerifier, parseNote } from '../../src/domain/signed-note.ts';
import { auditSigner, newAuditKey, verifySignature } from '../../src/host/audit-key.ts';
import { hostDigests } from '../../src/host/digests.ts';
import { lookupOf, makeCheckpoint, placeEvents, treeHashOf } from '../../src/operations/audit-log.ts';
import { trustedCheckpoint } from '../../src/operations/audit-verification.ts';
import type { AuditQuery } from '../../src/operations/ports/audit.ts';
import { testClock } from '../support/owned.ts';
import type { OpenStore, StoreTarget } from '../support/store-targets.ts';

const hash = treeHashOf(hostDigests);

/** What is promised of the audit log (operations/ports/audit.ts, operations/audit-log.ts). */
export function auditSuite(target: StoreTarget): void {
  describe(`the audit log on ${target.name}`, () => {
    let opened: OpenStore;
    const signer = auditSigner(newAuditKey());
    const clock = testClock();
    const deps = () => ({ store: opened.store, digests: hostDigests, clock, auditSigner: signer });

    beforeEach(async () => {
      opened = await target.open();
    });
    afterEach(async () => {
      await opened.close();
    });

    const eventOf = (id: string, nowMs = 1_000, entry: Partial<AuditEntry> = {}, actorId = 'local') =>
      auditEvent(
        { ...LOCAL_ACTOR, subjectId: actorId },
        {
          action: 'registered_model.create',
          object: { kind: 'registered_model', id: 'm', name: 'layer-count' },
          ...entry,
        },
        { id, nowMs, workspace: 'default', serverId: 'srv' },
      );
    const append = (...ids: string[]) =>
      opened.store.write(async ({ audit }) => {
        for (const id of ids) await audit.append({ ...eventOf(id), atMs: 1_000 });
      });
    const placeAll = async () => {
      while ((await placeEvents(deps())).more);
    };
    const size = () => opened.store.read(({ audit }) => audit.size());
    const everything: AuditQuery = {
      modelName: null,
      actorId: null,
      action: null,
      sinceMs: null,
      untilMs: null,
    };
    const search = (query: Partial<AuditQuery> = {}) =>
      opened.store.read(({ audit }) =>
        audit.search({ ...everything, ...query }, { before: null, limit: 100 }),
      );

    test('an event is seen at once, and gets its place later', async () => {
      await append('a');
      expect(await search()).toEqual([{ seq: null, event: eventOf('a') }]);
      expect(await placeEvents(deps())).toEqual({ placed: 1, more: false });
      expect(await search()).toEqual([{ seq: 0, event: eventOf('a') }]);
      expect(await placeEvents(deps())).toEqual({ placed: 0, more: false });
    });

    test('it is there with the change that it is about, or not at all', async () => {
      const failing = opened.store.write(async ({ audit }) => {
        await audit.append({ ...eventOf('a'), atMs: 1_000 });
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await search()).toEqual([]);
      await placeAll();
      expect(await size()).toBe(0);
    });

    test('an event that cannot be written fails the change', async () => {
      await append('a');
      await expect(append('b', 'a')).rejects.toThrow();
      expect((await search()).map(({ event }) => event.id)).toEqual(['a']);
    });

    test('places are given in the order of coming, each once, by however many servers', async () => {
      for (const id of ['c', 'a', 'b']) await append(id);
      await append(...Array.from({ length: 40 }, (_, i) => `z${i}`));
      await Promise.all(Array.from({ length: 4 }, () => placeEvents(deps())));
      expect(await size()).toBe(43);
      const leaves = await opened.store.read(({ audit }) => audit.listLeaves(0, 100));
      expect(leaves.map(({ seq }) => seq)).toEqual(Array.from({ length: 43 }, (_, i) => i));
      expect(leaves.slice(0, 4).map(({ eventId }) => eventId)).toEqual(['c', 'a', 'b', 'z0']);
      expect(leaves[1]).toEqual({
        seq: 1,
        eventId: 'a',
        leaf: auditLeaf(eventOf('a')),
        columns: {
          atMs: 1_000,
          action: 'registered_model.create',
          actorId: 'local',
          modelName: 'layer-count',
        },
      });
    });

    test('a checkpoint is signed, is made once a size, and proves each event', async () => {
      await append(...Array.from({ length: 11 }, (_, i) => `e${i}`));
      await placeAll();
      const made = await makeCheckpoint(deps());
      expect(await makeCheckpoint(deps())).toBeNull();
      expect(await opened.store.read(({ audit }) => audit.newestCheckpoint())).toEqual(made);
      const verifier = noteVerifier(signer.origin, signer.publicKey, hostDigests.sha256Bytes);
      const checkpoint = trustedCheckpoint(made?.note ?? '', verifier, verifySignature);
      expect(checkpoint).toEqual(parseCheckpoint(parseNote(made?.note ?? '')?.text ?? ''));
      expect(checkpoint?.size).toBe(11);
      for (let seq = 0; seq < 11; seq++) {
        const path = await opened.store.read(async ({ audit }) =>
          inclusionProof(hash, seq, 11, await lookupOf(audit, nodesOfInclusionProof(seq, 11))),
        );
        const leaf = hash.leaf(Buffer.from(auditLeaf(eventOf(`e${seq}`))));
        expect(rootOfInclusionProof(hash, { index: seq, hash: leaf }, 11, path)).toBe(checkpoint?.root);
      }
    });

    test('the empty log has a checkpoint, too', async () => {
      const made = await makeCheckpoint(deps());
      expect(parseCheckpoint(parseNote(made?.note ?? '')?.text ?? '')).toMatchObject({
        size: 0,
        root: hash.empty,
      });
      await append('a');
      await placeAll();
      expect((await makeCheckpoint(deps()))?.size).toBe(1);
      const all = await opened.store.read(({ audit }) => audit.listCheckpoints(0, 10));
      expect(all.map((one) => one.size)).toEqual([0, 1]);
    });

    test('what is kept is never changed nor taken away', async () => {
      await append('a');
      await placeAll();
      await makeCheckpoint(deps());
      for (const table of ['events', 'leaves', 'nodes', 'checkpoints'])
        for (const statement of [
          `delete from registry_audit_${table}`,
          `update registry_audit_${table} set ${{ events: 'event_id', leaves: 'event_id', nodes: 'hash', checkpoints: 'note' }[table]} = 'x'`,
        ])
          await expect(
            opened.engine.transaction((db) => sql.raw(statement).execute(db)),
            statement,
          ).rejects.toThrow(/append-only/);
      expect(await search()).toHaveLength(1);
    });

    describe('search', () => {
      beforeEach(async () => {
        const model = (name: string) => ({ object: { kind: 'model_version', id: name, name, version: 1 } });
        const events = [
          eventOf('1', 1_000, model('a')),
          eventOf('2', 1_000, model('b'), 's-mia'),
          eventOf('3', 2_000, { ...model('a'), action: 'model_version.delete' }),
          eventOf('4', 3_000, { object: { kind: 'experiment', id: '1', name: 'a' } }),
        ];
        await opened.store.write(async ({ audit }) => {
          for (const event of events) await audit.append({ ...event, atMs: Date.parse(event.time) });
        });
      });

      test.each([
        [{}, ['4', '3', '2', '1']],
        [{ modelName: 'a' }, ['3', '1']],
        [{ actorId: 's-mia' }, ['2']],
        [{ action: 'model_version.delete' as const }, ['3']],
        [{ sinceMs: 1_000, untilMs: 3_000 }, ['3', '2', '1']],
        [{ sinceMs: 1_001 }, ['4', '3']],
        [{ modelName: 'a', actorId: 's-mia' }, []],
      ])('by %j answers the newest first', async (query, ids) => {
        expect((await search(query)).map(({ event }) => event.id)).toEqual(ids);
      });

      test('goes on behind the last of a page', async () => {
        const page = (before: { atMs: number; eventId: string } | null) =>
          opened.store.read(({ audit }) => audit.search(everything, { before, limit: 2 }));
        const seen: string[] = [];
        for (let before: { atMs: number; eventId: string } | null = null; ; ) {
          const events = await page(before);
          seen.push(...events.map(({ event }) => event.id));
          const last = events.at(-1);
          if (last === undefined) break;
          before = { atMs: Date.parse(last.event.time), eventId: last.event.id };
        }
        expect(seen).toEqual(['4', '3', '2', '1']);
      });
    });
  });
}
