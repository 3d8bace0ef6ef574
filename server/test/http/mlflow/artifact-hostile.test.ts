import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type TestApp, testApp } from '../../support/app.ts';
import { LEAKS } from '../../support/hostile-values.ts';
import { type RawAnswer, rawRequest, sendRaw } from '../../support/raw-http.ts';

const PREFIXES = ['/api/2.0', '/ajax-api/2.0'] as const;
const LATEST_ANSWER_MS = 1_000;
const CONTENT = 'nobody may read this';

let server: TestApp;
let port: number;
let runId: string;
/** Outside of the artifact root; nobody may read, change or remove it. */
let secret: string;

beforeAll(async () => {
  server = await testApp();
  port = await server.listen();
  secret = join(dirname(server.root), 'secret.txt');
  writeFileSync(secret, CONTENT);
  const created = await server.app.inject({
    method: 'POST',
    url: '/api/2.0/mlflow/runs/create',
    payload: { experiment_id: '0' },
  });
  runId = created.json().run.info.run_id;
});

afterAll(async () => {
  await server.close();
});

beforeEach(async () => {
  for (const entry of await server.deps.artifacts.list(null))
    await send('DELETE', `/api/2.0/mlflow-artifacts/artifacts/${encodeURIComponent(entry.name)}`);
});

async function send(method: string, target: string, body = '', headers: string[] = []): Promise<RawAnswer> {
  const start = performance.now();
  const answer = await sendRaw(port, rawRequest(method, target, body, headers));
  expect(performance.now() - start, `${method} ${target.slice(0, 200)}`).toBeLessThan(LATEST_ANSWER_MS);
  expect(answer.status, `${method} ${target.slice(0, 200)} → ${answer.body}`).toBeLessThan(500);
  expect(answer.body).not.toMatch(LEAKS);
  expect(answer.body).not.toContain(server.root);
  expect(answer.body).not.toContain(CONTENT);
  return answer;
}

const art = (path: string, prefix: string = PREFIXES[0]) => `${prefix}/mlflow-artifacts/artifacts/${path}`;

/** Every way to name an artifact by its path. */
function waysTo(path: string): [method: string, target: string, body: string][] {
  return PREFIXES.flatMap((prefix): [string, string, string][] => [
    ['GET', art(path, prefix), ''],
    ['HEAD', art(path, prefix), ''],
    ['PUT', art(path, prefix), 'evil'],
    ['DELETE', art(path, prefix), ''],
    ['GET', `${prefix}/mlflow-artifacts/artifacts?path=${path}`, ''],
    ['GET', `${prefix}/mlflow/artifacts/list?run_id=${runId}&path=${path}`, ''],
  ]);
}

/** Every file below the folder that holds the root, but for our own temporary folder, which must be empty. */
function filesOnDisk(): string[] {
  return readdirSync(dirname(server.root), { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function rows(): Promise<string[]> {
  const found = await server.database.engine.db.selectFrom('registry_artifacts').select('path').execute();
  return found.map(({ path }) => path).sort();
}

async function expectUntouched(): Promise<void> {
  expect(await rows()).toEqual([]);
  expect(filesOnDisk()).toEqual([secret]);
  expect(readFileSync(secret, 'utf8')).toBe(CONTENT);
}

describe('paths that lead elsewhere', () => {
  test.each([
    ['P1', '../../../../etc/passwd'],
    ['P1', '../secret.txt'],
    ['P2', 'a/../../../../etc/passwd'],
    ['P2', 'a/..'],
    ['P3', '..%2f..%2fetc%2fpasswd'],
    ['P3', '..%2Fsecret.txt'],
    ['P4', '%2e%2e/%2e%2e/etc'],
    ['P4', '%2E%2e%2fsecret.txt'],
    ['P5', '%252e%252e%252fetc'],
    ['P6', '%25252e%25252e/x'],
    ['P7', '%2%0952e%2%0952e/x'],
    ['P7', '%2%0A52e%2%0A52e/x'],
    ['P8', '..%c0%af..%c0%afetc'],
    ['P8', '%e0%80%af'],
    ['P8', '%c0%ae%c0%ae/'],
    ['P9', '%u002e%u002e/'],
    ['P10', '..\\..\\x'],
    ['P10', 'a\\..\\..\\etc'],
    ['P11', '..%5c..%5cetc'],
    ['P12', '/etc/passwd'],
    ['P12', '//etc/passwd'],
    ['P12', '%2fetc%2fpasswd'],
    ['P13', 'C:\\Windows\\x'],
    ['P13', 'C:/Windows'],
    ['P13', 'c:x'],
    ['P13', '::x'],
    ['P14', '\\\\host\\share\\x'],
    ['P14', '//host/share/x'],
    ['P14', '%5c%5c?%5cC:%5cx'],
    ['P14', '\\\\.\\C:\\x'],
    ['P14', '\\\\127.0.0.1\\c$\\x'],
    ['P15', 'file:///etc/passwd'],
    ['P15', 'FILE:/etc'],
    ['P15', 'file://localhost/etc'],
    ['P15', '/file://etc/passwd'],
    ['P16', 'a%00.png'],
    ['P16', 'a%00/../b'],
    ['P17', 'a#/../../etc'],
    ['P17', 'a%23/../../etc'],
    ['P18', 'a%3fx=/../../etc'],
    ['P23', 'a%E2%80%AEgpj.exe'],
    ['P23', 'a%E2%80%8Bb'],
    ['P23', '%EF%BB%BFa'],
    ['P23', 'a%0Ab'],
    ['P23', 'a%09b'],
    ['P23', 'a%7Fb'],
    ['P27', 'a'.repeat(300)],
    ['P27', 'ab/'.repeat(1_700)],
    ['P27', '%61'.repeat(5_000)],
    ['P27', 'a/'.repeat(200)],
    ['P28', '%ff%fe'],
    ['P28', '%ed%a0%80'],
    ['P47', '%01'],
    ['P47', '%7f'],
    ['P47', '%20'],
    ['P47', '.'],
    ['P47', './'],
    ['P47', '%2e'],
  ])('%s %s is refused however it is asked, and nothing is touched', async (_case, path) => {
    for (const [method, target, body] of waysTo(path)) {
      const { status } = await send(method, target, body);
      expect(status, `${method} ${target.slice(0, 200)}`).toBe(400);
    }
    await expectUntouched();
  });

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
    for (const prefix of PREFIXES) {
      const put = await send('PUT', art(path, prefix), 'evil');
      expect(allowed).toContain(put.status);
      const got = await send('GET', art(path, prefix));
      expect([put.status, got.body]).toEqual(put.status === 200 ? [200, 'evil'] : [put.status, got.body]);
    }
    const stored = await rows();
    expect(stored.length).toBeLessThanOrEqual(1);
    expect(filesOnDisk()).toHaveLength(1 + stored.length);
    for (const path of stored) expect(filesOnDisk()).toContain(join(server.root, path));
  });

  test.each([
    ['.registry-tmp'],
    ['.registry-tmp/x'],
    ['.registry-tmp/test/x'],
    ['.REGISTRY-TMP/x'],
    ['./.registry-tmp//x'],
  ])('P36 %s, where uploads under way lie, is no user data', async (path) => {
    for (const [method, target, body] of waysTo(path).filter(
      ([, target]) => !target.includes('artifacts/list'),
    )) {
      const { status, body: told } = await send(method, target, body);
      if (target.includes('?path=') || method === 'DELETE') {
        expect([200, 400, 404]).toContain(status);
        if (status === 200) expect(told).toBe('{}');
      } else expect([400, 404]).toContain(status);
    }
    await expectUntouched();
  });
});

describe('names of one file', () => {
  test('P21 spellings of one path are one entry', async () => {
    for (const path of ['a/./b', './a/b', 'a//b', 'a/b/', 'a/b', 'a%2Fb', '%61/b'])
      expect((await send('PUT', art(path), path)).status).toBe(200);
    expect(await rows()).toEqual(['a/b']);
    expect((await send('GET', art('a//b'))).body).toBe('%61/b');
  });

  test('P24 NFC and NFD of one name are one entry', async () => {
    await send('PUT', art('%C3%A9.txt'), 'one');
    await send('PUT', art('e%CC%81.txt'), 'two');
    expect(await rows()).toEqual(['\u00e9.txt']);
    expect((await send('GET', art('%C3%A9.txt'))).body).toBe('two');
  });

  test('P25 names that differ in case are two entries', async () => {
    await send('PUT', art('Model.pkl'), 'upper');
    await send('PUT', art('model.pkl'), 'lower');
    expect((await send('GET', art('Model.pkl'))).body).toBe('upper');
    expect((await send('GET', art('model.pkl'))).body).toBe('lower');
  });

  test.each([
    'dog%25step%25100%25timestamp%25100',
    'path/to/file',
    'a/..../b',
    'model%20v1%20(final).pkl',
    '%E6%A8%A1%E5%9E%8B.bin',
    "it's",
    'a+b&c=d,e;f@g:h!$',
  ])('%s is a legal name and comes back as it was sent', async (path) => {
    expect((await send('PUT', art(path), 'x')).status).toBe(200);
    expect(await rows()).toEqual([decodeURIComponent(path)]);
    expect((await send('GET', art(path))).body).toBe('x');
    expect((await send('DELETE', art(path))).status).toBe(200);
    await expectUntouched();
  });
});

describe('files and folders', () => {
  test('P29 a file is no folder', async () => {
    await send('PUT', art('x'), 'file');
    expect((await send('PUT', art('x/y'), 'deeper')).status).toBe(409);
    expect((await send('GET', art('x'))).body).toBe('file');
    expect(await rows()).toEqual(['x']);
  });

  test('P30 P31 a folder is no file', async () => {
    await send('PUT', art('d/f'), 'file');
    expect((await send('PUT', art('d'), 'over')).status).toBe(409);
    expect((await send('GET', art('d'))).status).toBe(400);
    expect((await send('HEAD', art('d'))).status).toBe(400);
    expect(await rows()).toEqual(['d/f']);
  });

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
    mkdirSync(join(server.root, 'links'), { recursive: true });
    symlinkSync(secret, join(server.root, 'links/file'));
    symlinkSync(dirname(secret), join(server.root, 'links/folder'));
    for (const path of ['links/file', 'links/folder/secret.txt', 'links/folder'])
      expect((await send('GET', art(path))).status).toBe(404);
    expect([400, 404, 409]).toContain((await send('PUT', art('links/folder/new.txt'), 'evil')).status);
    await send('PUT', art('links/file'), 'replaced');
    await send('DELETE', art('links/folder/secret.txt'));
    await send('DELETE', art('links'));
    await expectUntouched();
  });

  test('P33 a hard link planted under the root can be read by its name and changes nothing else', async () => {
    mkdirSync(join(server.root, 'hard'), { recursive: true });
    linkSync(secret, join(server.root, 'hard/link'));
    await send('PUT', art('hard/link'), 'replaced');
    await send('DELETE', art('hard'));
    await expectUntouched();
  });
});

describe('request targets', () => {
  test.each([
    [`http://127.0.0.1${art('../x')}`, [400, 404]],
    [`http://127.0.0.1${art('..%2fsecret.txt')}`, [400, 404]],
    ['127.0.0.1:80', [400, 404]],
    ['*', [400, 404]],
    [`/%2e%2e${art('x')}`, [400, 404]],
    [`/../..${art('x')}`, [400, 404]],
    ['/api/2.0//mlflow-artifacts/artifacts/x', [404]],
    ['//api/2.0/mlflow-artifacts/artifacts/x', [404]],
    ['/API/2.0/mlflow-artifacts/artifacts/x', [404]],
    ['/api/2.0/mlflow-artifacts%20/artifacts/x', [404]],
    ['/api/2.0/mlflow-artifacts/artifacts%20/x', [404]],
    ['/api/2.0/mlflow-artifacts/artifacts;x/..', [404]],
    ['/api/2.0/mlflow%2Dartifacts/artifacts/x', [404]],
    ['/api/2.0/mlflow-artifacts/artifacts%2Fx', [404]],
    ['/api/2.0/mlflow-artifacts/%61rtifacts/x', [404]],
  ])('P39 P40 %s is not the route, or the route with its rules', async (target, allowed) => {
    for (const [method, body] of [
      ['GET', ''],
      ['PUT', 'evil'],
      ['DELETE', ''],
    ] as const)
      expect(allowed, `${method} ${target}`).toContain((await send(method, target, body)).status);
    await expectUntouched();
  });

  test('P39 the absolute form of a target is the same route', async () => {
    expect((await send('PUT', `http://127.0.0.1${art('x')}`, 'x')).status).toBe(200);
    expect((await send('GET', `http://127.0.0.1${art('x')}`)).body).toBe('x');
  });
});

describe('ranges', () => {
  test.each([
    [`bytes=${Array.from({ length: 1_000 }, () => '0-').join(',')}`, 200, 'abcdefghij'],
    ['bytes=5-2', 200, 'abcdefghij'],
    ['bytes=-0', 416, undefined],
    ['bytes=10-', 416, undefined],
    ['bytes=99-100', 416, undefined],
    ['bytes=2-4', 206, 'cde'],
    ['bytes=-2', 206, 'ij'],
    ['bytes=8-99', 206, 'ij'],
    ['nonsense', 200, 'abcdefghij'],
  ])('P41 Range: %.40s answers %i', async (header, status, body) => {
    await send('PUT', art('r'), 'abcdefghij');
    const answer = await send('GET', art('r'), '', [`Range: ${header}`]);
    expect(answer.status).toBe(status);
    if (body !== undefined) expect(answer.body).toBe(body);
    if (status === 416) expect(answer.headers.get('content-range')).toBe('bytes */10');
  });
});

describe('bodies', () => {
  const head = (lines: string[]) =>
    [`PUT ${art('b')} HTTP/1.1`, 'Host: 127.0.0.1', ...lines, '', ''].join('\r\n');

  test.each([
    ['a length larger than what is sent', head(['Content-Length: 10', 'Connection: close']), 'four', true],
    [
      'a length smaller than what is sent',
      head(['Content-Length: 2', 'Connection: close']),
      'four\r\n\r\n',
      false,
    ],
    ['two lengths', head(['Content-Length: 4', 'Content-Length: 2']), 'four', false],
    [
      'a length and chunks',
      head(['Content-Length: 4', 'Transfer-Encoding: chunked']),
      '4\r\nfour\r\n0\r\n\r\n',
      false,
    ],
    [
      'a chunk that lies about its size',
      head(['Transfer-Encoding: chunked']),
      '2\r\nfour\r\n0\r\n\r\n',
      false,
    ],
    ['a chunk of no size', head(['Transfer-Encoding: chunked']), 'zz\r\nfour\r\n0\r\n\r\n', false],
    ['a chunk of a huge size', head(['Transfer-Encoding: chunked']), 'fffffffffffffffff\r\nfour', false],
    ['chunks that do not end', head(['Transfer-Encoding: chunked']), '4\r\nfour\r\n', true],
    ['a negative length', head(['Content-Length: -4']), 'four', false],
  ])('P42 %s leaves nothing', async (_case, start, body, thenEnd) => {
    const answer = await sendRaw(port, start + body, { thenEnd });
    expect([0, 400]).toContain(answer.status);
    // The connection ends before what had arrived is thrown away.
    await expect.poll(() => filesOnDisk()).toEqual([secret]);
    await expectUntouched();
  });

  test('a sender that leaves in the middle leaves nothing', async () => {
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(`${head(['Content-Length: 5000000'])}${'x'.repeat(1_000_000)}`, () => {
          socket.destroy();
          resolve();
        });
      });
    });
    await expect.poll(() => filesOnDisk()).toEqual([secret]);
    expect(await rows()).toEqual([]);
  });

  test('P43 a compressed body is stored as it was sent', async () => {
    const headers = ['Content-Encoding: gzip', 'Content-Type: text/plain'];
    expect((await send('PUT', art('b'), 'not really gzip', headers)).status).toBe(200);
    const got = await send('GET', art('b'));
    expect([got.body, got.headers.get('content-encoding')]).toEqual(['not really gzip', undefined]);
  });

  test.each([['text/html'], ['application/json'], ['nonsense'], [''], ['multipart/form-data']])(
    'a content type of "%s" changes nothing of the bytes',
    async (type) => {
      expect((await send('PUT', art('b'), '{"a": NaN', [`Content-Type: ${type}`])).status).toBe(200);
      expect((await send('GET', art('b'))).body).toBe('{"a": NaN');
    },
  );

  test.each(['Content-Digest', 'x-amz-checksum-sha256'])('P45 a wrong %s keeps nothing', async (name) => {
    const digest = createHash('sha256').update('other').digest('base64');
    const header = name === 'Content-Digest' ? `${name}: sha-256=:${digest}:` : `${name}: ${digest}`;
    expect((await send('PUT', art('b'), 'body', [header])).status).toBe(400);
    expect((await send('PUT', art('b'), 'body', [`${name}: nonsense`])).status).toBe(400);
    await expectUntouched();
    expect((await send('PUT', art('b'), 'other', [header])).status).toBe(200);
  });
});
