import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openS3ArtifactStore, type S3ArtifactStore } from '../../src/artifacts/s3.ts';
import type { S3Options } from '../../src/artifacts/s3-bucket.ts';
import type { Tracer } from '../../src/operations/ports/tracer.ts';
import { artifactStoreSuite, at, failsWith, put, read, walkAll } from '../suites/artifact-store.suite.ts';
import { s3Target, type TestPlace, testPlace } from '../support/s3.ts';

const target = s3Target();
const MEBIBYTE = 1_048_576;

async function* pieces(...chunks: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

if (target !== null)
  artifactStoreSuite(
    'S3',
    async () => {
      const place = await testPlace(target);
      return {
        store: await place.open(),
        countTemporary: async () =>
          (await place.uploads()).length +
          (await place.keys()).filter((key) => key.startsWith('.registry-tmp/')).length,
        cleanup: () => place.clear(),
      };
    },
    { replacedWhileOpen: 'fails' },
  );

describe.skipIf(target === null)('a bucket that others use, too', () => {
  let place: TestPlace;
  let store: S3ArtifactStore;

  beforeEach(async () => {
    if (target === null) return;
    place = await testPlace(target);
    store = await place.open();
  });

  afterEach(() => place.clear());

  test('folder markers are folders, never files', async () => {
    await place.putObject('', '');
    await place.putObject('1/', '');
    await place.putObject('1/empty/', '');
    await place.putObject('1/x', 'x');
    expect(await store.list(null)).toEqual([{ name: '1', isDirectory: true, sizeBytes: 0 }]);
    expect((await store.list(at('1'))).map(({ name, isDirectory }) => [name, isDirectory])).toEqual([
      ['empty', true],
      ['x', false],
    ]);
    expect(await store.list(at('1/empty'))).toEqual([]);
    expect((await walkAll(store, '1')).map((file) => file.relativePath)).toEqual(['x']);
    await expect(store.open(at('1/empty'))).rejects.toEqual(failsWith('artifact_is_directory'));
    await expect(put(store, '1/empty', 'file')).rejects.toEqual(failsWith('artifact_path_conflict'));
    await store.remove(at('1'));
    expect(await place.keys()).toEqual(['']);
  });

  test('keys that nobody can ask for are not listed, and no silent gap', async () => {
    for (const key of ['1/a#b', '1/a//b', '1/./x', '1/../x', '1/a\\b', '1/\u0001', '1/cafe\u0301', '1/good'])
      await place.putObject(key, 'x');
    expect((await store.list(at('1'))).map((entry) => entry.name)).toEqual(['a', 'good']);
    expect(await store.list(at('1/a'))).toEqual([]);
    await expect(walkAll(store, '1')).rejects.toEqual(failsWith('resource_conflict'));
  });

  test('lists and removes folders of more than one page', async () => {
    const names = Array.from({ length: 1_100 }, (_, index) => `1/many/${String(index).padStart(4, '0')}`);
    while (names.length > 0)
      await Promise.all(names.splice(0, 50).map((name) => place.putObject(name, name)));
    expect(await store.list(at('1/many'))).toHaveLength(1_100);
    expect(await walkAll(store, '1')).toHaveLength(1_100);
    await place.putObject('1/manyother', 'x');
    await store.remove(at('1/many'));
    expect(await place.keys()).toEqual(['1/manyother']);
  }, 120_000);

  test('files of any size arrive whole, in memory that does not grow with them', async () => {
    const sizes = { partBytes: 5 * MEBIBYTE, plainParts: 2, gatheredParts: 2 };
    store = await place.open({ sizes });
    for (const mebibytes of [5, 10, 11, 20, 26, 37]) {
      const bytes = randomBytes(mebibytes * MEBIBYTE + 3);
      const staged = await store.stage(at('1/x'), pieces(bytes));
      const fingerprint = await staged.publish();
      expect(fingerprint).toBe(staged.fingerprint);
      const hash = createHash('sha256');
      for await (const chunk of (await store.open(at('1/x'))).stream()) hash.update(chunk);
      expect(hash.digest('hex')).toBe(staged.sha256);
      expect((await walkAll(store, '1'))[0]?.fingerprint).toBe(fingerprint);
      expect(await place.keys()).toEqual(['1/x']);
      expect(await place.uploads()).toEqual([]);
    }
  }, 120_000);

  test('a body that breaks off while parts are gathered leaves nothing', async () => {
    store = await place.open({ sizes: { partBytes: 5 * MEBIBYTE, plainParts: 1, gatheredParts: 3 } });
    async function* broken(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 14; i++) yield Buffer.alloc(MEBIBYTE, i);
      throw new Error('gone');
    }
    await expect(store.stage(at('1/x'), broken())).rejects.toThrow('gone');
    expect([await place.keys(), await place.uploads()]).toEqual([[], []]);
  });

  /** The most that buffers take meanwhile, beyond what they took before. */
  async function peakBytes(work: (watch: () => void) => Promise<unknown>): Promise<number> {
    const before = process.memoryUsage().arrayBuffers;
    let peak = 0;
    await work(() => {
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
    });
    return peak;
  }

  test('many uploads at once have a part each in memory, and share what they have beyond', async () => {
    const uploads = 24;
    const peak = await peakBytes((watch) => {
      const upload = async (n: number) => {
        const piece = Buffer.alloc(65_536, n);
        async function* body(): AsyncGenerator<Uint8Array> {
          for (let i = 0; i < 16 * 16; i++) {
            watch();
            yield piece;
          }
        }
        await (await store.stage(at(`many/${n}`), body())).publish();
      };
      return Promise.all(Array.from({ length: uploads }, (_, n) => upload(n)));
    });
    expect((await walkAll(store, 'many')).map(({ sizeBytes }) => sizeBytes)).toEqual(
      Array.from({ length: uploads }, () => 16 * MEBIBYTE),
    );
    // Of their own 120, together 64, and what the small beginnings and the sockets take.
    expect(peak).toBeLessThan((120 + 64 + 56) * MEBIBYTE);
  }, 120_000);

  test('a large file that comes down does not pile up in memory', async () => {
    await put(store, 'x', Buffer.alloc(256 * MEBIBYTE, 1));
    const peak = await peakBytes(async (watch) => {
      for await (const chunk of (await store.open(at('x'))).stream()) {
        expect(chunk.length).toBeGreaterThan(0);
        watch();
      }
    });
    expect(peak).toBeLessThan(48 * MEBIBYTE);
  }, 60_000);

  test('a reader that goes away ends the transfer', async () => {
    await put(store, 'x', Buffer.alloc(64 * MEBIBYTE, 1));
    const file = await store.open(at('x'));
    const stream = file.stream();
    for await (const chunk of stream) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(await read(store, 'x', { first: 0, last: 3 })).toBe('\u0001\u0001\u0001\u0001');
  });

  test('the longest key is taken, a longer one refused', async () => {
    const room = 1_024 - place.options.prefix.length - 1;
    const longest = `${`${'x'.repeat(200)}/`.repeat(4)}${'y'.repeat(room - 4 * 201)}`;
    expect(longest.length).toBe(room);
    await put(store, longest, 'x');
    expect(await read(store, longest)).toBe('x');
    for (const act of [() => put(store, `${longest}y`, 'x'), () => store.open(at(`${longest}y`))])
      await expect(act()).rejects.toEqual(failsWith('invalid_argument'));
  });

  test('what lies beside the prefix is out of reach', async () => {
    const beside = await place.open({ prefix: `${place.options.prefix}-other` });
    await put(beside, 'x', 'mine');
    await put(store, 'x', 'other');
    await store.remove(at('x'));
    expect(await read(beside, 'x')).toBe('mine');
    await beside.remove(at('x'));
  });

  describe('left-over uploads', () => {
    const large = () => pieces(Buffer.alloc(2 * MEBIBYTE));

    test('of a server that is gone are swept, those of running servers and of others stay', async () => {
      const other = await place.open({ serverId: 'two' });
      await other.stage(at('1/x'), large());
      const mine = await store.stage(at('1/y'), large());
      const { uploadId } = (await store.direct?.createMultipart(at('1/z'), 1)) ?? { uploadId: '' };
      for (const serverId of ['..', '', 'absent', '_clients']) await store.sweepServer(serverId);
      expect(await place.uploads()).toHaveLength(3);
      await store.sweepServer('two');
      expect((await place.uploads()).map(({ key }) => key.slice(-1)).sort()).toEqual(['y', 'z']);
      await mine.publish();
      await store.direct?.abortMultipart(at('1/z'), uploadId);
      expect(await place.keys()).toEqual(['1/y']);
    });

    test('of all servers are swept at start by one who is alone, and of clients after seven days', async () => {
      await store.stage(at('1/x'), large());
      await store.direct?.createMultipart(at('1/z'), 1);
      const alone = await place.open({ serverId: 'three', sweepAll: true });
      await alone.swept;
      expect((await place.uploads()).map(({ key }) => key.slice(-1))).toEqual(['z']);
      const soon = await place.open({ now: () => Date.now() + 6.9 * 86_400_000 });
      await soon.swept;
      expect(await place.uploads()).toHaveLength(1);
      const later = await place.open({ now: () => Date.now() + 7.1 * 86_400_000 });
      await later.swept;
      expect([await place.uploads(), await place.keys()]).toEqual([[], []]);
    });
  });
});

describe('a store that is not well', () => {
  const options: Omit<S3Options, 'endpoint'> = {
    ...{ bucket: 'b', prefix: 'p', region: null, bucketOwner: null, ignoreTls: false, uploadArgs: {} },
    credentials: { accessKeyId: 'A', secretAccessKey: 'S' },
    ...{ addressing: 'auto', serverId: 'one', sweepAll: false, now: Date.now },
  };

  test('that refuses connections is unavailable, and a start does not wait for it', async () => {
    const store = await openS3ArtifactStore({ ...options, endpoint: 'http://127.0.0.1:9' });
    for (const act of [
      () => store.ping(),
      () => store.open(at('x')),
      () => store.list(null),
      () => store.remove(at('x')),
      () => put(store, 'x', 'y'),
    ]) {
      const error = await act().then(
        () => expect.unreachable(),
        (caught: Error) => caught,
      );
      expect(error).toEqual(failsWith('unavailable'));
      expect(error.message).toBe('The artifact store does not answer.');
    }
    await store.swept;
  });

  test('is told of in a span for each command, without keys', async () => {
    const spans: unknown[] = [];
    const tracer: Tracer = {
      ...{ current: () => null, headers: () => ({}), beginRequest: () => expect.unreachable() },
      span(name, about, work) {
        spans.push([name, about]);
        return work();
      },
    };
    const store = await openS3ArtifactStore({ ...options, endpoint: 'http://127.0.0.1:9', tracer });
    await store.swept;
    spans.length = 0;
    await expect(store.open(at('secret-name'))).rejects.toEqual(failsWith('unavailable'));
    const attributes = { 'rpc.system.name': 'aws-api', 'rpc.method': 'S3/HeadObject' };
    expect(spans).toEqual([['S3 HeadObject', { kind: 'client', attributes }]]);
  });

  test('that breaks off in the middle of an answer fails the reader', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (bytes) => {
        const head = 'HTTP/1.1 200 OK\r\nETag: "e"\r\nContent-Length: 1000\r\n\r\n';
        if (bytes.toString().startsWith('HEAD')) socket.end(head);
        else socket.end(`${head}only this`);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const store = await openS3ArtifactStore({ ...options, endpoint: `http://127.0.0.1:${port}` });
    await expect(read(store, 'x')).rejects.toEqual(failsWith('unavailable'));
    await store.swept;
    server.close();
  });

  test('refuses a server id that is no plain name', async () => {
    for (const serverId of ['..', '', 'a/b', '_clients'])
      await expect(openS3ArtifactStore({ ...options, endpoint: null, serverId })).rejects.toThrow(TypeError);
  });
});

describe.skipIf(target === null)('a bucket that is not ours', () => {
  test('and one that is absent are unavailable, with a sentence that names neither', async () => {
    if (target === null) return;
    const place = await testPlace(target);
    const refused = await place.open({ credentials: { accessKeyId: 'A', secretAccessKey: 'S' } });
    const absent = await place.open({ bucket: 'registry-tests-absent' });
    for (const store of [refused, absent])
      for (const act of [() => store.ping(), () => store.open(at('x')), () => put(store, 'x', 'y')])
        await expect(act()).rejects.toEqual(failsWith('unavailable'));
    await place.clear();
  });
});
