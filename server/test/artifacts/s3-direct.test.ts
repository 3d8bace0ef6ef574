import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { S3ArtifactStore } from '../../src/artifacts/s3.ts';
import type { DirectTransfer, PresignedRequest } from '../../src/operations/ports/artifact-store.ts';
import { at, failsWith, put, read } from '../suites/artifact-store.suite.ts';
import { s3Target, type TestPlace, testPlace } from '../support/s3.ts';

const target = s3Target();
const PART = 5 * 1_048_576;

async function send(method: string, request: PresignedRequest, body?: string | Uint8Array<ArrayBuffer>) {
  const headers = Object.fromEntries(request.headers);
  return fetch(request.url, { method, headers, ...(body === undefined ? {} : { body }) });
}

describe.skipIf(target === null)('direct transfer', () => {
  let place: TestPlace;
  let store: S3ArtifactStore;
  let direct: DirectTransfer;

  beforeEach(async () => {
    if (target === null) return;
    place = await testPlace(target);
    store = await place.open();
    if (store.direct === null) throw new Error('S3 has a direct transfer');
    direct = store.direct;
  });

  afterEach(() => place.clear());

  async function sendParts(path: string, bodies: Uint8Array<ArrayBuffer>[]) {
    const { uploadId, parts } = await direct.createMultipart(at(path), bodies.length);
    const sent = [];
    for (const [index, part] of parts.entries()) {
      const answer = await send('PUT', part, bodies[index]);
      expect(answer.status).toBe(200);
      sent.push({ partNumber: part.partNumber, etag: answer.headers.get('etag') ?? '' });
    }
    return { uploadId, sent };
  }

  test('an address fetches a file, whole and in ranges, and expires', async () => {
    await put(store, '1/späm "x".txt', '0123456789');
    const request = await direct.presignDownload(at('1/späm "x".txt'), 60);
    expect(request.sizeBytes).toBe(10);
    const answer = await fetch(request.url);
    expect([answer.status, await answer.text()]).toEqual([200, '0123456789']);
    expect(answer.headers.get('content-disposition')).toBe(
      "attachment; filename*=UTF-8''sp%C3%A4m%20%22x%22.txt",
    );
    const range = await fetch(request.url, { headers: { range: 'bytes=2-4' } });
    expect([range.status, await range.text()]).toEqual([206, '234']);
    expect(new URL(request.url).searchParams.get('X-Amz-Expires')).toBe('60');
    expect((await fetch(request.url.replace('/1/', '/2/'))).status).toBe(403);
    for (const path of ['1/absent', 'absent'])
      await expect(direct.presignDownload(at(path), 60)).rejects.toEqual(failsWith('artifact_not_found'));
  });

  test('an address puts a new file once, and can never replace one', async () => {
    const request = await direct.presignUpload(at('1/x'), 60);
    expect(new URL(request.url).searchParams.get('X-Amz-SignedHeaders')).toBe('host;if-none-match');
    expect(request.headers.get('if-none-match')).toBe('*');
    // Without the condition the signature does not hold.
    expect((await fetch(request.url, { method: 'PUT', body: 'evil' })).status).toBe(403);
    expect((await send('PUT', request, 'mine')).status).toBe(200);
    expect((await send('PUT', request, 'evil')).status).toBe(412);
    expect(await read(store, '1/x')).toBe('mine');
    for (const path of ['1/x', '1', '1/x/y'])
      await expect(direct.presignUpload(at(path), 60)).rejects.toEqual(failsWith('artifact_path_conflict'));
  });

  test('arguments for uploads are signed and given as headers to send', async () => {
    const strict = await place.open({ uploadArgs: { ACL: 'private', StorageClass: 'STANDARD' } });
    const request = await strict.direct?.presignUpload(at('1/x'), 60);
    if (request === undefined) return expect.unreachable();
    expect([...request.headers].sort()).toEqual([
      ['if-none-match', '*'],
      ['x-amz-acl', 'private'],
      ['x-amz-storage-class', 'STANDARD'],
    ]);
    expect((await send('PUT', request, 'mine')).status).toBe(200);
  });

  test('parts become a file when they are completed, in any order, and not before', async () => {
    const bodies = [Buffer.alloc(PART, 1), Buffer.alloc(PART, 2), Buffer.from('end')];
    const { uploadId, sent } = await sendParts('1/x', bodies);
    expect(await store.stat(at('1/x'))).toBeNull();
    await direct.completeMultipart(at('1/x'), uploadId, sent.toReversed());
    expect(await store.stat(at('1/x'))).toMatchObject({ sizeBytes: 2 * PART + 3 });
    expect(await read(store, '1/x', { first: 2 * PART, last: 2 * PART + 2 })).toBe('end');
    expect(await place.keys()).toEqual(['1/x']);
    await expect(direct.completeMultipart(at('1/x'), uploadId, sent)).rejects.toEqual(
      failsWith('invalid_argument'),
    );
  });

  test('what does not fit is refused: wrong ETags, doubled or small parts, foreign uploads', async () => {
    const { uploadId, sent } = await sendParts('1/x', [Buffer.from('a'), Buffer.from('b')]);
    const [first, second] = sent;
    if (first === undefined || second === undefined) return expect.unreachable();
    const wrong = { partNumber: 1, etag: `"${'0'.repeat(32)}"` };
    for (const parts of [
      [],
      [first, first],
      [wrong, second],
      [first, second],
      [first, { partNumber: 3, etag: second.etag }],
      [{ partNumber: 0, etag: first.etag }],
      [{ partNumber: 10_001, etag: first.etag }],
      [{ partNumber: 1.5, etag: first.etag }],
      [{ partNumber: 1, etag: '<x/>' }],
      [{ partNumber: 1, etag: '' }],
    ])
      await expect(direct.completeMultipart(at('1/x'), uploadId, parts)).rejects.toEqual(
        failsWith('invalid_argument'),
      );
    for (const [path, id] of [
      ['1/y', uploadId],
      ['1/x', 'unknown'],
      ['1/x', ''],
      ['1/x', 'a b\n'],
    ] as const)
      await expect(direct.completeMultipart(at(path), id, [first])).rejects.toEqual(
        failsWith('artifact_not_found'),
      );
    await direct.abortMultipart(at('1/x'), uploadId);
    expect([await place.keys(), await place.uploads()]).toEqual([[], []]);
  });

  test('an upload that is given up cannot be completed, and giving up again is fine', async () => {
    const { uploadId, sent } = await sendParts('1/x', [Buffer.from('a')]);
    await direct.abortMultipart(at('1/x'), uploadId);
    for (const id of [uploadId, 'unknown', '']) await direct.abortMultipart(at('1/x'), id);
    await expect(direct.completeMultipart(at('1/x'), uploadId, sent)).rejects.toEqual(
      failsWith('artifact_not_found'),
    );
    expect([await place.keys(), await place.uploads()]).toEqual([[], []]);
  });

  test('a file is no folder: neither when an upload begins, nor when it is completed', async () => {
    await put(store, '1/x', 'x');
    for (const path of ['1', '1/x/y'])
      await expect(direct.createMultipart(at(path), 1)).rejects.toEqual(failsWith('artifact_path_conflict'));
    const { uploadId, sent } = await sendParts('1/z', [Buffer.from('a')]);
    await put(store, '1/z/below', 'x');
    await expect(direct.completeMultipart(at('1/z'), uploadId, sent)).rejects.toEqual(
      failsWith('artifact_path_conflict'),
    );
    await direct.abortMultipart(at('1/z'), uploadId);
  });

  test('the number of parts is bounded', async () => {
    for (const count of [0, -1, 10_001, 1.5, Number.NaN])
      await expect(direct.createMultipart(at('1/x'), count)).rejects.toEqual(failsWith('invalid_argument'));
    const { parts, uploadId } = await direct.createMultipart(at('1/x'), 10_000);
    expect(parts.map(({ partNumber }) => partNumber)).toEqual(
      Array.from({ length: 10_000 }, (_, i) => i + 1),
    );
    const last = parts.at(-1);
    if (last === undefined) return expect.unreachable();
    expect((await send('PUT', last, 'x')).status).toBe(200);
    expect((await send('PUT', { ...last, url: last.url.replace('=10000', '=1') }, 'x')).status).toBe(403);
    await direct.abortMultipart(at('1/x'), uploadId);
  });
});
