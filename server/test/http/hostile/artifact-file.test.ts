import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TestApp } from '../../support/app.ts';
import { type RawAnswer, sendRaw } from '../../support/raw-http.ts';
import { proxied as art, PREFIXES } from './artifact-doors.ts';
import { type GuardedApp, guardedApp } from './guarded-app.ts';

let app: GuardedApp;
let server: TestApp;
let secret: string;
/** Where the files of a version in v1 hang: version 1 is made anew for every test. */
let files: string;

beforeAll(async () => {
  app = await guardedApp();
  ({ server, secret } = app);
});
afterAll(async () => {
  app.expectNothingOutside();
  await app.close();
});

let models = 0;

beforeEach(async () => {
  for (const entry of await server.deps.artifacts.list(null))
    await send('DELETE', art(encodeURIComponent(entry.name)));
  models += 1;
  files = `/api/v1/models/m${models}/versions/1/files/`;
  const payload = { model_name: `m${models}`, model_type: 'custom' };
  const made = await server.app.inject({ method: 'POST', url: '/api/v1/models/register', payload });
  expect(made.statusCode, made.body).toBe(201);
});

/** The doors that write and read a file by its path. */
const doors = () => [
  ...PREFIXES.map((prefix) => (path: string) => art(path, prefix)),
  (path: string) => files + path,
];

function send(method: string, target: string, body = '', headers: string[] = []): Promise<RawAnswer> {
  return app.send({ method, target, body, headers });
}

/** Every file in the root, uploads under way as well. */
function filesOnDisk(): string[] {
  return app.unseen(() =>
    readdirSync(server.root, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort(),
  );
}

const rows = () => app.artifactRows();

/** The rows as the door names them: those of a version lie below its run. */
async function names(): Promise<string[]> {
  return (await rows()).map((path) => path.replace(/^[0-9]+\/[0-9a-f]{32}\/artifacts\/(?:model\/)?/, ''));
}

async function expectUntouched(): Promise<void> {
  expect(await rows()).toEqual([]);
  await expect.poll(filesOnDisk).toEqual([]);
  app.expectNothingOutside();
}

type BrokenBody = readonly [what: string, headers: readonly string[], body: string, thenEnd: boolean];

const CHUNKED = 'Transfer-Encoding: chunked';
const BROKEN_BODIES: readonly BrokenBody[] = [
  ['a length larger than what is sent', ['Content-Length: 10', 'Connection: close'], 'four', true],
  ['a length smaller than what is sent', ['Content-Length: 2', 'Connection: close'], 'four\r\n\r\n', false],
  ['two lengths', ['Content-Length: 4', 'Content-Length: 2'], 'four', false],
  ['a list of lengths', ['Content-Length: 4, 4'], 'four', false],
  ['a length and chunks', ['Content-Length: 4', CHUNKED], '4\r\nfour\r\n0\r\n\r\n', false],
  ['chunks and a length', [CHUNKED, 'Content-Length: 4'], '4\r\nfour\r\n0\r\n\r\n', false],
  ['a chunk that lies about its size', [CHUNKED], '2\r\nfour\r\n0\r\n\r\n', false],
  ['a chunk of no size', [CHUNKED], 'zz\r\nfour\r\n0\r\n\r\n', false],
  ['a chunk of a negative size', [CHUNKED], '-4\r\nfour\r\n0\r\n\r\n', false],
  ['a chunk of a huge size', [CHUNKED], 'fffffffffffffffff\r\nfour', false],
  ['chunks that do not end', [CHUNKED], '4\r\nfour\r\n', true],
  ['a negative length', ['Content-Length: -4'], 'four', false],
  ['a length with a sign', ['Content-Length: +4'], 'four', false],
  ['a length in hex', ['Content-Length: 0x4'], 'four', false],
];

describe('paths that are almost others', () => {
  test.each(['PUT', 'DELETE', 'GET'])(
    'P47 %s without a path reaches nothing, least of all the root',
    async (method) => {
      await send('PUT', art('keep/me.txt'), 'kept');
      for (const prefix of PREFIXES)
        for (const target of [art('', prefix), `${prefix}/mlflow-artifacts/artifacts`]) {
          if (method === 'GET' && !target.endsWith('/')) continue;
          expect([400, 404, 405]).toContain((await send(method, target, method === 'PUT' ? 'x' : '')).status);
        }
      expect(await rows()).toEqual(['keep/me.txt']);
    },
  );

  test.each([
    ['P19', 'a;/../b', [400]],
    ['P19', '..;/x', [200, 400]],
    ['P20', '...', [200, 400]],
    ['P20', '....//', [200, 400]],
    ['P20', '.../...//', [200, 400]],
    ['P22', '%EF%BC%8E%EF%BC%8E/x', [200]],
    ['P22', '%E2%80%A4%E2%80%A4/x', [200]],
    ['P22', '..%E2%88%95x', [200]],
    ['P22', 'a%E2%A7%B5..', [200]],
    ['P26', 'CON', [200, 400]],
    ['P26', 'nul.txt', [200, 400]],
    ['P26', 'a.', [200, 400]],
    ['P26', 'a%20', [200, 400]],
    ['P35', '.git/config', [200]],
    ['P35', '.env', [200]],
    ['P35', '__MACOSX', [200]],
  ])('%s %s is a name like any other or refused, never another path', async (_case, path, allowed) => {
    for (const target of doors().map((door) => door(path))) {
      const put = await send('PUT', target, 'evil');
      expect(allowed).toContain(put.status);
      const got = await send('GET', target);
      expect([put.status, got.body]).toEqual(put.status === 200 ? [200, 'evil'] : [put.status, got.body]);
    }
    const stored = await rows();
    // One of the proxy's, by either prefix, and one of the version's.
    expect(stored.length).toBeLessThanOrEqual(2);
    expect(filesOnDisk()).toEqual(stored.map((name) => join(server.root, name)).sort());
    app.expectNothingOutside();
  });
});

describe.each([
  ['the proxy', (path: string) => art(path)],
  ['the proxy for browsers', (path: string) => art(path, PREFIXES[1])],
  ['a version', (path: string) => files + path],
])('files of %s', (_door, at) => {
  test('P21 spellings of one path are one entry', async () => {
    for (const path of ['a/./b', './a/b', 'a//b', 'a/b/', 'a/b', 'a%2Fb', '%61/b'])
      expect((await send('PUT', at(path), path)).status).toBe(200);
    expect(await names()).toEqual(['a/b']);
    expect((await send('GET', at('a//b'))).body).toBe('%61/b');
  });

  test('P24 NFC and NFD of one name are one entry', async () => {
    await send('PUT', at('%C3%A9.txt'), 'one');
    await send('PUT', at('e%CC%81.txt'), 'two');
    expect(await names()).toEqual(['\u00e9.txt']);
    expect((await send('GET', at('%C3%A9.txt'))).body).toBe('two');
  });

  test('P25 names that differ in case are two entries', async () => {
    await send('PUT', at('Model.pkl'), 'upper');
    await send('PUT', at('model.pkl'), 'lower');
    expect((await send('GET', at('Model.pkl'))).body).toBe('upper');
    expect((await send('GET', at('model.pkl'))).body).toBe('lower');
  });

  test('P29 a file is no folder', async () => {
    await send('PUT', at('x'), 'file');
    expect((await send('PUT', at('x/y'), 'deeper')).status).toBe(409);
    expect((await send('GET', at('x'))).body).toBe('file');
    expect(await names()).toEqual(['x']);
  });

  test('P30 P31 a folder is no file', async () => {
    await send('PUT', at('d/f'), 'file');
    expect((await send('PUT', at('d'), 'over')).status).toBe(409);
    for (const method of ['GET', 'HEAD']) expect((await send(method, at('d'))).status).toBe(400);
    expect(await names()).toEqual(['d/f']);
  });

  test('P32 an absent file is not found', async () => {
    for (const method of ['GET', 'HEAD']) expect((await send(method, at('no/such.txt'))).status).toBe(404);
  });

  test.each([
    [`bytes=${Array.from({ length: 1_000 }, () => '0-').join(',')}`, 200, 'abcdefghij'],
    ['bytes=5-2', 200, 'abcdefghij'],
    ['bytes=-0', 416, undefined],
    ['bytes=10-', 416, undefined],
    ['bytes=99-100', 416, undefined],
    ['bytes=99999999999999999999-', 200, 'abcdefghij'],
    ['bytes=2-4', 206, 'cde'],
    ['bytes=-2', 206, 'ij'],
    ['bytes=8-99', 206, 'ij'],
    ['nonsense', 200, 'abcdefghij'],
  ])('P41 Range: %.40s answers %i', async (header, status, body) => {
    await send('PUT', at('r'), 'abcdefghij');
    const answer = await send('GET', at('r'), '', [`Range: ${header}`]);
    expect(answer.status).toBe(status);
    if (body !== undefined) expect(answer.body).toBe(body);
    if (status === 416) expect(answer.headers.get('content-range')).toBe('bytes */10');
  });

  test.each(BROKEN_BODIES)('P42 %s leaves nothing', async (_case, lines, body, thenEnd) => {
    const head = [`PUT ${at('b')} HTTP/1.1`, 'Host: 127.0.0.1', ...lines, '', ''].join('\r\n');
    const answer = await sendRaw(app.port, head + body, { thenEnd });
    expect([0, 400]).toContain(answer.status);
    // The connection ends before what had arrived is thrown away.
    await expect.poll(filesOnDisk).toEqual([]);
    await expectUntouched();
  });

  test('P42 a sender that leaves in the middle leaves nothing', async () => {
    const head = [`PUT ${at('b')} HTTP/1.1`, 'Host: 127.0.0.1', 'Content-Length: 5000000', '', ''];
    await new Promise<void>((resolve) => {
      const socket = connect(app.port, '127.0.0.1', () => {
        socket.write(head.join('\r\n') + 'x'.repeat(1_000_000), () => {
          socket.destroy();
          resolve();
        });
      });
    });
    await expect.poll(filesOnDisk).toEqual([]);
    await expectUntouched();
  });

  test('P43 a compressed body is stored as it was sent', async () => {
    const headers = ['Content-Encoding: gzip', 'Content-Type: text/plain'];
    expect((await send('PUT', at('b'), 'not really gzip', headers)).status).toBe(200);
    const got = await send('GET', at('b'));
    expect([got.body, got.headers.get('content-encoding')]).toEqual(['not really gzip', undefined]);
  });

  test.each([['text/html'], ['application/json'], ['nonsense'], [''], ['multipart/form-data']])(
    'a content type of "%s" changes nothing of the bytes',
    async (type) => {
      expect((await send('PUT', at('b'), '{"a": NaN', [`Content-Type: ${type}`])).status).toBe(200);
      expect((await send('GET', at('b'))).body).toBe('{"a": NaN');
    },
  );

  test.each(['Content-Digest', 'x-amz-checksum-sha256'])('P45 a wrong %s keeps nothing', async (name) => {
    const digest = createHash('sha256').update('other').digest('base64');
    const header = name === 'Content-Digest' ? `${name}: sha-256=:${digest}:` : `${name}: ${digest}`;
    expect((await send('PUT', at('b'), 'body', [header])).status).toBe(400);
    expect((await send('PUT', at('b'), 'body', [`${name}: nonsense`])).status).toBe(400);
    await expectUntouched();
    expect((await send('PUT', at('b'), 'other', [header])).status).toBe(200);
  });
});

describe('removal and links', () => {
  test('P32 an absent file is not found, and removing it is fine', async () => {
    const absent = await send('GET', art('no/such.txt'));
    expect(absent.status).toBe(404);
    expect(JSON.parse(absent.body)).toMatchObject({
      error_code: 'RESOURCE_DOES_NOT_EXIST',
      message: "No such artifact: 'no/such.txt'",
    });
    const removed = await send('DELETE', art('no/such.txt'));
    expect([removed.status, removed.body]).toEqual([200, '{}']);
  });

  test('a DELETE takes the entry or folder that it names and nothing beside it', async () => {
    for (const path of ['t/a/1', 't/a/2', 't/ab', 't/b']) await send('PUT', art(path), path);
    expect((await send('DELETE', art('t/a'))).status).toBe(200);
    expect(await rows()).toEqual(['t/ab', 't/b']);
    expect((await send('GET', art('t/ab'))).body).toBe('t/ab');
  });

  test('P33 a link that somebody else planted is not followed, for reading, writing or removing', async () => {
    app.unseen(() => {
      mkdirSync(join(server.root, 'links'), { recursive: true });
      symlinkSync(secret, join(server.root, 'links/file'));
      symlinkSync(dirname(secret), join(server.root, 'links/folder'));
    });
    for (const path of ['links/file', 'links/folder/secret.txt', 'links/folder'])
      expect((await send('GET', art(path))).status).toBe(404);
    expect([400, 404, 409]).toContain((await send('PUT', art('links/folder/new.txt'), 'evil')).status);
    await send('PUT', art('links/file'), 'replaced');
    await send('DELETE', art('links/folder/secret.txt'));
    await send('DELETE', art('links'));
    await expectUntouched();
  });

  test('P33 a hard link planted under the root can be read by its name and changes nothing else', async () => {
    app.unseen(() => {
      mkdirSync(join(server.root, 'hard'), { recursive: true });
      linkSync(secret, join(server.root, 'hard/link'));
    });
    await send('PUT', art('hard/link'), 'replaced');
    await send('DELETE', art('hard'));
    await expectUntouched();
  });
});
