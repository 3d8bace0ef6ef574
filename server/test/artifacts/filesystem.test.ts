import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openFilesystemArtifactStore } from '../../src/artifacts/filesystem.ts';
import type { ArtifactStore } from '../../src/operations/ports/artifact-store.ts';
import { artifactStoreSuite, at, failsWith, put, read, walkAll } from '../suites/artifact-store.suite.ts';

const openHere = (root: string, serverId = 'one', sweepAll = false) =>
  openFilesystemArtifactStore({ root, serverId, sweepAll });

async function filesBelow(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
}

artifactStoreSuite('filesystem', async () => {
  const root = await mkdtemp(join(tmpdir(), 'artifacts-'));
  return {
    store: await openHere(root),
    countTemporary: async () => (await filesBelow(join(root, '.registry-tmp'))).length,
    cleanup: () => rm(root, { recursive: true }),
  };
});

describe('a folder in hostile surroundings', () => {
  let base: string;
  let root: string;
  let outside: string;
  let store: ArtifactStore;

  beforeEach(async () => {
    base = await realpath(await mkdtemp(join(tmpdir(), 'artifacts-')));
    root = join(base, 'root');
    outside = join(base, 'outside');
    await mkdir(join(outside, 'folder'), { recursive: true });
    await writeFile(join(outside, 'secret'), 'secret');
    await writeFile(join(outside, 'folder', 'secret'), 'secret');
    store = await openHere(root);
  });

  afterEach(async () => {
    expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret');
    expect(await readFile(join(outside, 'folder', 'secret'), 'utf8')).toBe('secret');
    expect((await filesBelow(outside)).length).toBe(2);
    await rm(base, { recursive: true });
  });

  describe('links that someone planted', () => {
    beforeEach(async () => {
      await put(store, '1/file', 'mine');
      await symlink(outside, join(root, '1', 'out'));
      await symlink(join(outside, 'secret'), join(root, '1', 'link'));
      await symlink(join(root, '1', 'file'), join(root, '1', 'inner'));
      await symlink(join(root, '.registry-tmp'), join(root, '1', 'own'));
    });

    test('are not read through, wherever they lead', async () => {
      for (const path of ['1/link', '1/inner', '1/out', '1/out/secret', '1/out/folder/secret', '1/own'])
        await expect(store.open(at(path))).rejects.toEqual(failsWith('artifact_not_found'));
    });

    test('are not listed, and nothing behind them', async () => {
      expect((await store.list(at('1'))).map((entry) => entry.name)).toEqual(['file']);
      for (const path of ['1/out', '1/out/folder', '1/own']) expect(await store.list(at(path))).toEqual([]);
      for (const path of ['1/link', '1/out', '1/out/secret']) expect(await store.stat(at(path))).toBeNull();
      expect(await walkAll(store, '1/out')).toEqual([]);
    });

    test('are no silent gap in a walk', async () => {
      await expect(walkAll(store, '1')).rejects.toEqual(failsWith('resource_conflict'));
    });

    test('are not written through', async () => {
      for (const path of ['1/out/new', '1/out/secret', '1/out/folder/new', '1/out/a/b'])
        await expect(put(store, path, 'evil')).rejects.toEqual(failsWith('artifact_path_conflict'));
    });

    test('are replaced and removed themselves', async () => {
      await put(store, '1/link', 'mine');
      expect(await read(store, '1/link')).toBe('mine');
      for (const path of ['1/out/secret', '1/out/folder', '1/out', '1/inner']) await store.remove(at(path));
      expect(await read(store, '1/file')).toBe('mine');
      expect(existsSync(join(root, '1', 'out'))).toBe(false);
      await store.remove(at('1'));
    });
  });

  test('a folder that is swapped for a link again and again never leads outside', async () => {
    await mkdir(join(root, '1'));
    let swapping = true;
    let swaps = 0;
    const ignore = (): void => {};
    const swapper = (async () => {
      while (swapping) {
        const aside = join(root, `aside-${swaps}`);
        await rename(join(root, '1'), aside).catch(ignore);
        await symlink(outside, join(root, '1')).then(() => swaps++, ignore);
        await rm(join(root, '1'), { recursive: true, force: true });
        await rename(aside, join(root, '1')).catch(ignore);
      }
    })();
    let written = 0;
    for (let round = 0; round < 150; round++) {
      await put(store, '1/mine', 'mine').then(
        () => written++,
        () => {},
      );
      await store.open(at('1/secret')).then(
        () => expect.unreachable(),
        (error) => expect(error).toEqual(failsWith('artifact_not_found')),
      );
      expect((await store.list(at('1'))).map((entry) => entry.name)).not.toContain('secret');
      await store.remove(at('1/secret'));
      await store.remove(at('1/folder'));
    }
    swapping = false;
    await swapper;
    expect(Math.min(written, swaps)).toBeGreaterThan(0);
  });

  test('a root that is swapped for a link is no root any more', async () => {
    await put(store, 'secret', 'mine');
    await rename(root, join(base, 'moved'));
    await symlink(outside, root);
    await expect(store.open(at('secret'))).rejects.toEqual(failsWith('unavailable'));
    await expect(put(store, 'secret', 'evil')).rejects.toEqual(failsWith('unavailable'));
    await expect(store.remove(at('secret'))).rejects.toEqual(failsWith('unavailable'));
    await expect(store.list(null)).rejects.toEqual(failsWith('unavailable'));
    await expect(store.ping()).rejects.toEqual(failsWith('unavailable'));
  });

  test('the root may itself be reached through a link', async () => {
    const link = join(base, 'link');
    await symlink(root, link);
    await put(await openHere(link), '1/x', 'mine');
    expect(await readFile(join(root, '1', 'x'), 'utf8')).toBe('mine');
  });

  test('a pipe does not hang a reader, and is no artifact', async () => {
    execFileSync('bash', ['-c', 'mkfifo "$0"', join(root, 'pipe')]);
    await expect(store.open(at('pipe'))).rejects.toEqual(failsWith('artifact_not_found'));
    expect(await store.list(null)).toEqual([]);
  });

  test('names that other programs made and nobody can ask for are not listed, and no silent gap', async () => {
    await mkdir(join(root, '1'));
    for (const name of ['a#b', 'a\nb', 'a\\b', 'cafe\u0301', ' '])
      await writeFile(join(root, '1', name), 'x');
    await writeFile(Buffer.concat([Buffer.from(join(root, '1', 'bad-')), Buffer.from([0xff])]), 'x');
    await writeFile(join(root, '1', 'good'), 'x');
    expect((await store.list(at('1'))).map((entry) => entry.name)).toEqual(['good']);
    await expect(walkAll(store, '1')).rejects.toEqual(failsWith('resource_conflict'));
  });

  describe("the server's own folder", () => {
    test.each(['.registry-tmp', '.registry-tmp/one', '.registry-tmp/one/x', '.REGISTRY-TMP/one/x'])(
      '%s is out of reach for everything',
      async (path) => {
        const staged = await store.stage(at('x'), (async function* () {})());
        const refused = failsWith('invalid_argument');
        await expect(store.open(at(path))).rejects.toEqual(refused);
        await expect(store.stat(at(path))).rejects.toEqual(refused);
        await expect(store.list(at(path))).rejects.toEqual(refused);
        await expect(walkAll(store, path)).rejects.toEqual(refused);
        await expect(put(store, path, 'evil')).rejects.toEqual(refused);
        await expect(store.remove(at(path))).rejects.toEqual(refused);
        await staged.publish();
      },
    );

    test('is only the one at the root', async () => {
      await put(store, 'x/.registry-tmp/y', 'mine');
      expect(await read(store, 'x/.registry-tmp/y')).toBe('mine');
    });

    test('that is a link is not used', async () => {
      await rm(join(root, '.registry-tmp'), { recursive: true, force: true });
      await symlink(outside, join(root, '.registry-tmp'));
      const reopened = await openHere(root, 'folder', true);
      await expect(put(reopened, 'x', 'mine')).rejects.toEqual(failsWith('unavailable'));
    });

    test('is swept at start: only what this server left', async () => {
      await store.stage(at('x'), (async function* () {})());
      const other = await openHere(root, 'two');
      await other.stage(at('x'), (async function* () {})());
      await openHere(root, 'one');
      expect(await filesBelow(join(root, '.registry-tmp', 'one'))).toHaveLength(0);
      expect(await filesBelow(join(root, '.registry-tmp', 'two'))).toHaveLength(1);
    });

    test('is swept at start of all that any server left, when it is alone', async () => {
      await put(store, '1/x', 'mine');
      await store.stage(at('x'), (async function* () {})());
      await openHere(root, 'three', true);
      expect(await filesBelow(join(root, '.registry-tmp'))).toHaveLength(0);
      expect(await read(store, '1/x')).toBe('mine');
    });

    test('is swept of what a given server left, when it is known to be gone', async () => {
      await store.stage(at('x'), (async function* () {})());
      const other = await openHere(root, 'two');
      for (const serverId of ['..', '.', '', 'absent', '../..']) await other.sweepServer(serverId);
      expect(await filesBelow(join(root, '.registry-tmp'))).toHaveLength(1);
      await other.sweepServer('one');
      expect(await filesBelow(join(root, '.registry-tmp'))).toHaveLength(0);
    });
  });

  describe('a folder that does not work', () => {
    test('that cannot be written to is still read, and says that it is not available', async () => {
      await put(store, 'x', 'mine');
      await rm(join(root, '.registry-tmp'), { recursive: true });
      // Unlike permissions, a file in the way stops every user.
      await writeFile(join(root, '.registry-tmp'), '');
      const reopened = await openHere(root);
      await expect(put(reopened, 'y', 'z')).rejects.toEqual(failsWith('unavailable'));
      expect(await read(reopened, 'x')).toBe('mine');
      expect((await reopened.list(null)).map((entry) => entry.name)).toEqual(['x']);
    });

    test('that is gone does not answer', async () => {
      await rm(root, { recursive: true });
      await expect(store.ping()).rejects.toEqual(failsWith('unavailable'));
      await expect(put(store, 'x', 'y')).rejects.toEqual(failsWith('unavailable'));
      await mkdir(root);
    });

    test('that is gone is not taken for an empty one, and is used again when it is back', async () => {
      await put(store, '1/x', 'mine');
      const away = join(outside, 'away');
      await rename(root, away);
      const attempts = [
        () => store.open(at('1/x')),
        () => store.stat(at('1/x')),
        () => store.list(at('1')),
        () => store.list(null),
        () => store.remove(at('1/x')),
        () => store.remove(at('x')),
        () => put(store, '1/y', 'lost'),
        () => store.ping(),
      ];
      for (const attempt of attempts) await expect(attempt()).rejects.toEqual(failsWith('unavailable'));
      // As the folder below looks when a disk is no more mounted on it.
      await mkdir(root);
      for (const attempt of attempts) await expect(attempt()).rejects.toEqual(failsWith('unavailable'));
      expect(await readdir(root)).toEqual([]);
      await rm(root, { recursive: true });
      await rename(away, root);
      await store.ping();
      expect(await read(store, '1/x')).toBe('mine');
    });

    test('that cannot be made stops the start', async () => {
      await expect(openHere(join(outside, 'secret', 'x'))).rejects.toEqual(failsWith('unavailable'));
    });

    test('never shows where it lies', async () => {
      const attempts = [
        () => store.open(at('absent')),
        () => put(store, 'x/y', '1').then(() => store.open(at('x'))),
        () => openHere(join(outside, 'secret', 'x')),
      ];
      for (const attempt of attempts) {
        const error = await attempt().then(
          () => expect.unreachable(),
          (caught: Error) => caught,
        );
        expect(JSON.stringify([error.message, error])).not.toContain(base);
      }
    });
  });

  test('refuses a server id that is no plain name', async () => {
    for (const serverId of ['..', '', 'a/b', '.x'])
      await expect(openHere(root, serverId)).rejects.toThrow(TypeError);
  });
});
