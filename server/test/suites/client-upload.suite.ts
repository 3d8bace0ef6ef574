import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseArtifactPath } from '../../src/domain/artifact-path.ts';
import type { ClientUpload } from '../../src/operations/ports/client-upload.ts';
import type { Store } from '../../src/operations/ports.ts';
import type { OpenStore, StoreTarget } from '../support/store-targets.ts';

/** What is promised of uploads that clients send themselves (operations/ports/client-upload.ts). */
export function clientUploadSuite(target: StoreTarget): void {
  describe(`uploads by clients on ${target.name}`, () => {
    let opened: OpenStore;
    let store: Store;

    beforeEach(async () => {
      opened = await target.open();
      store = opened.store;
    });
    afterEach(async () => {
      await opened.close();
    });

    const upload = (uploadId: string): ClientUpload => ({
      uploadId,
      path: parseArtifactPath('1/run/artifacts/model ü.bin'),
      subjectId: 'mia',
    });
    const add = (uploadId: string, nowMs = 1) =>
      store.write((writer) => writer.clientUploads.add({ ...upload(uploadId), nowMs }));
    const take = (given: ClientUpload) => store.write((writer) => writer.clientUploads.take(given));
    const listBefore = (instantMs: number, limit = 10) =>
      store.read((reader) => reader.clientUploads.listBefore(instantMs, limit));

    test('an upload is taken once, of those who ask at the same time by one', async () => {
      await add('a');
      const taken = await Promise.all(Array.from({ length: 8 }, () => take(upload('a'))));
      expect(taken.filter(Boolean)).toHaveLength(1);
      expect(await listBefore(2)).toEqual([]);
    });

    test('it is taken only with its path and by its subject', async () => {
      await add('a');
      for (const change of [{ path: parseArtifactPath('1/x') }, { subjectId: 'MIA' }, { uploadId: 'A' }])
        expect(await take({ ...upload('a'), ...change })).toBe(false);
      expect(await take(upload('a'))).toBe(true);
    });

    test('one that was taken stays when the unit of work fails', async () => {
      await add('a');
      const failing = store.write(async (writer) => {
        await writer.clientUploads.take(upload('a'));
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await listBefore(2)).toEqual([upload('a')]);
    });

    test('the oldest of those before an instant are listed, no more than wanted', async () => {
      for (const [uploadId, nowMs] of [
        ['new', 9],
        ['c', 3],
        ['a', 1],
        ['b', 2],
      ] as const)
        await add(uploadId, nowMs);
      expect((await listBefore(9, 2)).map(({ uploadId }) => uploadId)).toEqual(['a', 'b']);
      expect(await listBefore(9)).toHaveLength(3);
    });
  });
}
