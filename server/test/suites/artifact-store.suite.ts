import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseArtifactPath } from '../../src/domain/artifact-path.ts';
import type { ArtifactStore, ByteRange, WalkedFile } from '../../src/operations/ports/artifact-store.ts';

export interface OpenedStore {
  readonly store: ArtifactStore;
  /** How many temporary files exist, whatever the store keeps them in. */
  countTemporary(): Promise<number>;
  cleanup(): Promise<void>;
}

/** In what stores may differ. */
export interface StoreTraits {
  /** A reader of a file that is replaced meanwhile: reads the old one, or is told `unavailable`. */
  readonly replacedWhileOpen: 'reads on' | 'fails';
}

export const at = parseArtifactPath;

const MEBIBYTE = 1_048_576;

/** Puts a whole file. */
export async function put(store: ArtifactStore, path: string, body: string | Uint8Array): Promise<void> {
  await (await store.stage(at(path), chunksOf(body))).publish();
}

/** Reads a whole file, or a range of it. */
export async function read(store: ArtifactStore, path: string, range?: ByteRange): Promise<string> {
  const file = await store.open(at(path));
  const chunks: Buffer[] = [];
  for await (const chunk of file.stream(range)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

export async function walkAll(store: ArtifactStore, path: string): Promise<WalkedFile[]> {
  return Array.fromAsync(store.walk(at(path)));
}

export const failsWith = (code: string) => expect.objectContaining({ name: 'RegistryError', code });

async function* chunksOf(body: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield Buffer.from(body);
}

async function* repeated(chunk: Uint8Array, times: number, each = () => {}): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < times; i++) {
    each();
    yield chunk;
  }
}

/** What every artifact store promises. `open` gives an empty one. */
export function artifactStoreSuite(
  name: string,
  open: () => Promise<OpenedStore>,
  traits: StoreTraits = { replacedWhileOpen: 'reads on' },
): void {
  describe(`${name}: the promises of an artifact store`, () => {
    let opened: OpenedStore;
    let store: ArtifactStore;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });

    afterEach(async () => {
      expect(await opened.countTemporary()).toBe(0);
      await opened.cleanup();
    });

    describe('stage', () => {
      test('says size and SHA-256 of what it read, and nobody sees it before it is published', async () => {
        const staged = await store.stage(at('1/r/model.pkl'), chunksOf('hello'));
        expect(staged).toMatchObject({
          sizeBytes: 5,
          sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
        });
        expect(await store.stat(at('1/r/model.pkl'))).toBeNull();
        expect(await store.list(null)).toEqual([]);
        await staged.publish();
        expect(await read(store, '1/r/model.pkl')).toBe('hello');
      });

      test('can be published twice, as a retried unit of work does', async () => {
        const staged = await store.stage(at('a'), chunksOf('x'));
        await staged.publish();
        await staged.publish();
        await staged.discard();
        expect(await read(store, 'a')).toBe('x');
      });

      test('leaves nothing when it is discarded, and cannot be published then', async () => {
        const staged = await store.stage(at('a'), chunksOf('x'));
        await staged.discard();
        await staged.discard();
        expect(await opened.countTemporary()).toBe(0);
        await expect(staged.publish()).rejects.toThrow();
        expect(await store.list(null)).toEqual([]);
      });

      test('leaves nothing when the body ends with an error, which passes through', async () => {
        await put(store, 'kept', 'before');
        const aborted = Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
        async function* broken(): AsyncGenerator<Uint8Array> {
          yield* repeated(Buffer.alloc(MEBIBYTE), 5);
          throw aborted;
        }
        await expect(store.stage(at('kept'), broken())).rejects.toBe(aborted);
        await expect(store.stage(at('new/file'), broken())).rejects.toBe(aborted);
        expect(await opened.countTemporary()).toBe(0);
        expect(await store.stat(at('new'))).toBeNull();
        expect(await read(store, 'kept')).toBe('before');
      });

      test('replaces a file of the same name at once; a reader never gets a mixture', async () => {
        await put(store, 'a', 'old');
        const old = await store.open(at('a'));
        await put(store, 'a', 'newer');
        const reading = Array.fromAsync(old.stream(), (chunk) => Buffer.from(chunk));
        if (traits.replacedWhileOpen === 'reads on')
          expect(Buffer.concat(await reading).toString()).toBe('old');
        else await expect(reading).rejects.toEqual(failsWith('unavailable'));
        expect(await read(store, 'a')).toBe('newer');
      });

      test('takes an empty file', async () => {
        async function* empty(): AsyncGenerator<Uint8Array> {}
        await (await store.stage(at('empty'), empty())).publish();
        await put(store, 'empty chunk', '');
        expect(await read(store, 'empty')).toBe('');
        expect(await store.stat(at('empty'))).toEqual({ name: 'empty', isDirectory: false, sizeBytes: 0 });
        expect(await read(store, 'empty chunk')).toBe('');
      });

      test('keeps the bytes whatever the sizes of the chunks', async () => {
        const sizes = [0, 1, 65_536, MEBIBYTE - 1, 0, 3 * MEBIBYTE, 7, MEBIBYTE];
        const chunks = sizes.map((size, index) => Buffer.alloc(size, index + 1));
        async function* mixed(): AsyncGenerator<Uint8Array> {
          yield* chunks;
        }
        const staged = await store.stage(at('mixed'), mixed());
        await staged.publish();
        const hash = createHash('sha256');
        for await (const chunk of (await store.open(at('mixed'))).stream()) hash.update(chunk);
        expect(hash.digest('hex')).toBe(createHash('sha256').update(Buffer.concat(chunks)).digest('hex'));
        expect(staged.sha256).toBe(createHash('sha256').update(Buffer.concat(chunks)).digest('hex'));
      });

      test('never holds a large file in memory, neither up nor down', async () => {
        const before = process.memoryUsage().rss;
        let peak = 0;
        const watch = (): void => {
          peak = Math.max(peak, process.memoryUsage.rss());
        };
        await (await store.stage(at('large'), repeated(Buffer.alloc(65_536, 7), 4_096, watch))).publish();
        let received = 0;
        for await (const chunk of (await store.open(at('large'))).stream()) {
          received += chunk.length;
          watch();
        }
        expect(received).toBe(256 * MEBIBYTE);
        expect(peak - before).toBeLessThan(128 * MEBIBYTE);
      });

      test('many at once under one name leave one whole file', async () => {
        const bodies = Array.from({ length: 8 }, (_, index) => String(index).repeat(100_000));
        await Promise.all(bodies.map((body) => put(store, 'deep/down/here/x', body)));
        expect(bodies).toContain(await read(store, 'deep/down/here/x'));
      });
    });

    describe('a file is no folder and a folder no file', () => {
      test('a file cannot be put below a file', async () => {
        await put(store, 'x', '1');
        await expect(put(store, 'x/y', '2')).rejects.toEqual(failsWith('artifact_path_conflict'));
        await expect(put(store, 'x/y/z', '2')).rejects.toEqual(failsWith('artifact_path_conflict'));
        expect(await read(store, 'x')).toBe('1');
      });

      test('a file cannot be put onto a folder', async () => {
        await put(store, 'x/y', '1');
        await expect(put(store, 'x', '2')).rejects.toEqual(failsWith('artifact_path_conflict'));
        expect(await read(store, 'x/y')).toBe('1');
      });

      test('the one that comes second loses, also when both were staged before', async () => {
        const file = await store.stage(at('x'), chunksOf('1'));
        const below = await store.stage(at('x/y'), chunksOf('2'));
        await file.publish();
        await expect(below.publish()).rejects.toEqual(failsWith('artifact_path_conflict'));
        await below.discard();
        expect(await walkAll(store, 'x')).toHaveLength(1);
      });

      test('a folder cannot be opened', async () => {
        await put(store, 'x/y', '1');
        await expect(store.open(at('x'))).rejects.toEqual(failsWith('artifact_is_directory'));
      });
    });

    describe('open', () => {
      test('says what is absent', async () => {
        await put(store, 'x', '1');
        for (const path of ['absent', 'x/y', 'absent/y/z'])
          await expect(store.open(at(path))).rejects.toEqual(failsWith('artifact_not_found'));
      });

      test('streams ranges, both ends included', async () => {
        await put(store, 'digits', '0123456789');
        expect(await read(store, 'digits', { first: 0, last: 0 })).toBe('0');
        expect(await read(store, 'digits', { first: 3, last: 5 })).toBe('345');
        expect(await read(store, 'digits', { first: 9, last: 9 })).toBe('9');
        expect(await read(store, 'digits', { first: 0, last: 9 })).toBe('0123456789');
      });

      test('can be closed unread, more than once', async () => {
        await put(store, 'x', '1');
        const file = await store.open(at('x'));
        expect(file.sizeBytes).toBe(1);
        expect(file.modifiedAtMs).toBeGreaterThan(0);
        await file.close();
        await file.close();
      });
    });

    describe('the fingerprint', () => {
      test('is one and the same when staged, opened and walked', async () => {
        const staged = await store.stage(at('a/x'), chunksOf('1'));
        await staged.publish();
        const file = await store.open(at('a/x'));
        await file.close();
        const [walked] = await walkAll(store, 'a');
        expect([file.fingerprint, walked?.fingerprint]).toEqual([staged.fingerprint, staged.fingerprint]);
      });

      test('changes when the file is replaced', async () => {
        await put(store, 'x', '1');
        const [before] = await walkAll(store, 'x');
        await put(store, 'x', '22');
        const [after] = await walkAll(store, 'x');
        expect(after?.fingerprint).not.toBe(before?.fingerprint);
      });
    });

    describe('list, stat and walk', () => {
      test('list gives the direct children in the order of their UTF-8 bytes', async () => {
        const names = ['B', 'a', 'a b', 'a.txt', 'é', '\uff5e', '\u{1f414}', '.env', 'a/inner'];
        for (const name of names.filter((name) => name !== 'a')) await put(store, `f/${name}`, name);
        const bytewise = ['.env', 'B', 'a', 'a b', 'a.txt', 'é', '\uff5e', '\u{1f414}'];
        const listed = await store.list(at('f'));
        expect(listed.map((entry) => entry.name)).toEqual(bytewise);
        expect(listed.find((entry) => entry.name === 'a')).toEqual({
          name: 'a',
          isDirectory: true,
          sizeBytes: 0,
        });
        expect(listed.find((entry) => entry.name === 'a b')).toEqual({
          name: 'a b',
          isDirectory: false,
          sizeBytes: 3,
        });
      });

      test('list of the root shows user data only', async () => {
        await put(store, '1/x', '1');
        await put(store, '.git/config', '1');
        const staged = await store.stage(at('2'), chunksOf('1'));
        expect((await store.list(null)).map((entry) => entry.name)).toEqual(['.git', '1']);
        await staged.discard();
      });

      test('list is empty for a file and for nothing', async () => {
        await put(store, 'x', '1');
        for (const path of ['x', 'absent', 'x/y']) expect(await store.list(at(path))).toEqual([]);
      });

      test('stat tells files, folders and nothing apart', async () => {
        await put(store, 'a/x', '123');
        expect(await store.stat(at('a/x'))).toEqual({ name: 'x', isDirectory: false, sizeBytes: 3 });
        expect(await store.stat(at('a'))).toEqual({ name: 'a', isDirectory: true, sizeBytes: 0 });
        for (const path of ['b', 'a/x/y']) expect(await store.stat(at(path))).toBeNull();
      });

      test('walk gives every file below, once', async () => {
        for (const path of ['m/a/1', 'm/a.txt', 'm/b/c/d/2', 'm/z', 'other/x']) await put(store, path, path);
        const walked = await walkAll(store, 'm');
        expect(walked.map((file) => file.relativePath).sort()).toEqual(['a.txt', 'a/1', 'b/c/d/2', 'z']);
        for (const file of walked) expect(file.path.text).toBe(`m/${file.relativePath}`);
        expect(walked.find((file) => file.relativePath === 'z')?.sizeBytes).toBe(3);
      });

      test('walk of a file gives the file, of nothing gives nothing', async () => {
        await put(store, 'm/x', '1');
        expect(await walkAll(store, 'm/x')).toMatchObject([
          { relativePath: '', path: { text: 'm/x' }, sizeBytes: 1 },
        ]);
        for (const path of ['absent', 'm/x/y']) expect(await walkAll(store, path)).toEqual([]);
      });
    });

    describe('remove', () => {
      test('reaches the entry and nothing else', async () => {
        for (const path of ['1/r/a', '1/r/ab', '1/r/a.txt', '1/r2/a', '2/x']) await put(store, path, '1');
        await store.remove(at('1/r/a'));
        expect((await walkAll(store, '1')).map((file) => file.relativePath).sort()).toEqual([
          'r/a.txt',
          'r/ab',
          'r2/a',
        ]);
        await store.remove(at('1/r'));
        expect((await walkAll(store, '1')).map((file) => file.relativePath)).toEqual(['r2/a']);
        expect(await read(store, '2/x')).toBe('1');
      });

      test('of something absent changes nothing', async () => {
        await put(store, 'x', '1');
        for (const path of ['absent', 'absent/y', 'x/y']) await store.remove(at(path));
        expect(await read(store, 'x')).toBe('1');
      });

      test('makes room for the other kind', async () => {
        await put(store, 'x/y', '1');
        await store.remove(at('x'));
        await put(store, 'x', '2');
        expect(await read(store, 'x')).toBe('2');
      });
    });

    describe('removeFiles', () => {
      test('reaches the files and what they leave empty, and nothing else', async () => {
        for (const path of ['m/a', 'm/sub/b', 'm/sub/c', 'm/deep/er/d', 'm2/a', 'x'])
          await put(store, path, '1');
        await store.removeFiles(
          at('m'),
          ['m/a', 'm/sub/b', 'm/deep/er/d', 'm/absent', 'm/sub'].map((path) => at(path)),
        );
        expect((await walkAll(store, 'm')).map((file) => file.relativePath)).toEqual(['sub/c']);
        expect((await store.list(at('m'))).map(({ name }) => name)).toEqual(['sub']);
        await store.removeFiles(at('m/sub'), [at('m/sub/c')]);
        expect(await store.stat(at('m/sub'))).toBeNull();
        expect(await read(store, 'm2/a')).toBe('1');
        expect(await read(store, 'x')).toBe('1');
        await store.removeFiles(
          at('m'),
          ['m/a', 'absent/y', 'x/y'].map((path) => at(path)),
        );
        expect(await read(store, 'x')).toBe('1');
      });

      test('takes more than a store removes at once', async () => {
        const paths = Array.from({ length: 1_001 }, (_, i) => at(`many/${i}`));
        await put(store, 'many/1000', '1');
        await put(store, 'many/1', '1');
        await store.removeFiles(at('many'), paths);
        expect(await store.stat(at('many'))).toBeNull();
      });
    });

    test('names that look dangerous and are none are kept as they are', async () => {
      const names = [
        '...',
        'a/..../b',
        'dog%step%100',
        'model v1 (final).pkl',
        'CON',
        'a.',
        'a ',
        '__proto__',
        '%2x',
      ];
      const strange = [
        ...names,
        '\uff0e\uff0e/x',
        'a\u2215b',
        'x'.repeat(255),
        'run:v1',
        "it's",
        '$(touch x)',
        '-rf',
      ];
      for (const path of strange) await put(store, path, path);
      for (const path of strange) expect(await read(store, path)).toBe(path);
    });

    test('names that differ in case only are two files', async () => {
      await put(store, 'Model.pkl', '1');
      await put(store, 'model.pkl', '2');
      expect([await read(store, 'Model.pkl'), await read(store, 'model.pkl')]).toEqual(['1', '2']);
    });

    test('ping answers', async () => {
      await store.ping();
    });
  });
}
