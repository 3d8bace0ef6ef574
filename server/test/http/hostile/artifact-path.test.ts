import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mountedRoutes, RPCS } from '../../../src/http/mlflow/rpcs.ts';
import {
  type ArtifactRequest,
  otherDoors,
  type Place,
  PREFIXES,
  proxied,
  proxyDoors,
  versionDoors,
} from './artifact-doors.ts';
import { type GuardedApp, guardedApp } from './guarded-app.ts';

let app: GuardedApp;
let place: Place;

beforeAll(async () => {
  app = await guardedApp();
  const post = async (url: string, payload: object) =>
    (await app.server.app.inject({ method: 'POST', url, payload })).json();
  const made = await post('/api/2.0/mlflow/runs/create', { experiment_id: '0' });
  const logged = await post('/api/2.0/mlflow/logged-models', { experiment_id: '0', name: 'lm' });
  await post('/api/v1/models/register', { model_name: 'm', model_type: 'custom' });
  place = { runId: made.run.info.run_id, modelId: logged.model.info.model_id, modelName: 'm' };
});
afterAll(async () => {
  await app.close();
});

const allDoors = (path: string): ArtifactRequest[] => [
  ...proxyDoors(path, place),
  ...versionDoors(path, place),
  ...otherDoors(path, place),
];

const ROWS: Record<string, readonly string[]> = {
  P1: ['../../../../etc/passwd', '../secret.txt', '../outside/secret.txt'],
  P2: ['a/../../../../etc/passwd', 'a/..', 'a/../../secret.txt'],
  P3: ['..%2f..%2fetc%2fpasswd', '..%2Fsecret.txt'],
  P4: ['%2e%2e/%2e%2e/etc', '%2E%2e%2fsecret.txt'],
  P5: ['%252e%252e%252fetc', '%252e%252e%252fsecret.txt'],
  P6: ['%25252e%25252e/x', '%25252e%25252e%25252fsecret.txt'],
  P7: ['%2%0952e%2%0952e/x', '%2%0A52e%2%0A52e/x'],
  P8: ['..%c0%af..%c0%afetc', '%e0%80%af', '%c0%ae%c0%ae/'],
  P9: ['%u002e%u002e/', '%u002e%u002e%u2215secret.txt'],
  P10: ['..\\..\\x', 'a\\..\\..\\etc', '..\\secret.txt'],
  P11: ['..%5c..%5cetc', '..%5Csecret.txt', '..%255csecret.txt'],
  P12: ['/etc/passwd', '//etc/passwd', '%2fetc%2fpasswd', '%252fetc%252fpasswd'],
  P13: ['C:\\Windows\\x', 'C:/Windows', 'c:x', '::x', 'c%3ax', './c:x'],
  P14: ['\\\\host\\share\\x', '//host/share/x', '%5c%5c?%5cC:%5cx', '\\\\.\\C:\\x', '\\\\127.0.0.1\\c$\\x'],
  P15: ['file:///etc/passwd', 'FILE:/etc', 'file://localhost/etc', '/file://etc/passwd', 'file%3a///etc'],
  P16: ['a%00.png', 'a%00/../b', '%2500'],
  P17: ['a#/../../etc', 'a%23/../../etc', 'a%2523/../../etc'],
  P18: ['a%3fx=/../../etc'],
  P19: ['a;/../b'],
  P23: [
    'a%E2%80%AEgpj.exe',
    'a%E2%80%8Bb',
    '%EF%BB%BFa',
    'a%0Ab',
    'a%09b',
    'a%7Fb',
    'a%C2%85b',
    'a%E2%80%A8b',
  ],
  P27: ['a'.repeat(300), 'ab/'.repeat(1_700), '%61'.repeat(5_000), 'a/'.repeat(200), '%C3%A9'.repeat(128)],
  P28: ['%ff%fe', '%ed%a0%80', '%f5%80%80%80'],
  P47: ['%01', '%7f', '%20', '.', './', '%2e', '%20/%20', '/', '%2f'],
};

describe('a path that leads elsewhere, or that is none', () => {
  for (const [row, paths] of Object.entries(ROWS))
    test(`${row} is refused at every door and prefix, and nothing is touched`, async () => {
      await app.untouched(async () => {
        for (const path of paths) for (const door of allDoors(path)) await app.refuse(door, door.refusals);
      });
    });

  test('every route that takes a path is among the doors', () => {
    const asked = new Set(allDoors('x').map(({ method, target }) => `${method} ${target.split('?', 1)[0]}`));
    const known = (url: string) =>
      url.replace('*', 'x').replace(':model_id', place.modelId).replace(':run_id', place.runId);
    for (const row of RPCS)
      for (const { method, url } of mountedRoutes(row))
        if (/artifact|presigned|mpu/i.test(url) && row.status === 'implemented')
          expect([...asked], `${row.name} ${method} ${url}`).toContain(`${method} ${known(url)}`);
  });
});

describe('names that belong to the server', () => {
  test.each([
    '.registry-tmp',
    '.registry-tmp/x',
    '.registry-tmp/test/x',
    '.REGISTRY-TMP/x',
    './.registry-tmp//x',
    '%2eregistry-tmp/x',
  ])('P36 %s, where uploads under way lie, is no user data', async (path) => {
    await app.untouched(async () => {
      for (const door of proxyDoors(path, place)) {
        // A run has a folder of its own: the name means nothing there.
        if (door.target.includes('artifacts/list')) continue;
        const { status, body } = await app.refuse(door, [200, 400, 404]);
        if (status === 200) expect(['', '{}'], `${door.method} ${door.target}`).toContain(body);
        if (door.method === 'PUT') expect(status).toBe(400);
      }
    });
  });

  test('P36 the root’s listing does not show it', async () => {
    await app.send({ method: 'PUT', target: proxied('seen.txt'), body: 'x' });
    for (const prefix of PREFIXES) {
      const listed = await app.send({ method: 'GET', target: `${prefix}/mlflow-artifacts/artifacts` });
      expect(listed.body).toContain('seen.txt');
      expect(listed.body).not.toMatch(/registry-tmp/i);
    }
  });
});

describe('request targets', () => {
  const FORMS: readonly (readonly [string, readonly number[]])[] = [
    ['P39 absolute, with a parent', [400, 404]],
    ['P39 authority', [400, 404]],
    ['P40', [404]],
  ];
  const targets = (kind: string): string[] => {
    if (kind === 'P39 absolute, with a parent')
      return [
        `http://127.0.0.1${proxied('../x')}`,
        `http://127.0.0.1${proxied('..%2fsecret.txt')}`,
        `HTTP://elsewhere${proxied('../x')}`,
        `/%2e%2e${proxied('x')}`,
        `/../..${proxied('x')}`,
        `/./%2e${proxied('x')}`,
      ];
    if (kind === 'P39 authority') return ['127.0.0.1:80', '*', 'secret.txt', 'file:///etc/passwd'];
    return [
      '/api/2.0//mlflow-artifacts/artifacts/x',
      '//api/2.0/mlflow-artifacts/artifacts/x',
      '/API/2.0/mlflow-artifacts/artifacts/x',
      '/api/2.0/mlflow-artifacts%20/artifacts/x',
      '/api/2.0/mlflow-artifacts/artifacts%20/x',
      '/api/2.0/mlflow-artifacts/artifacts;x/..',
      '/api/2.0/mlflow%2Dartifacts/artifacts/x',
      '/api/2.0/mlflow-artifacts/artifacts%2Fx',
      '/api/2.0/mlflow-artifacts/%61rtifacts/x',
      '/ajax-api/2.0/mlflow-artifacts/%61rtifacts/x',
      '/%61jax-api/2.0/mlflow-artifacts/artifacts/x',
      '/api/v1//models/m/versions/1/files/x',
      '/api/v1/models/m/versions/1/files;x/..',
      '/API/v1/models/m/versions/1/files/x',
    ];
  };

  test.each(FORMS)('%s: not the route, or the route with its rules', async (kind, allowed) => {
    await app.untouched(async () => {
      for (const target of targets(kind))
        for (const method of ['GET', 'PUT', 'DELETE'])
          await app.refuse({ method, target, body: method === 'PUT' ? 'evil' : '' }, [...allowed, 405]);
    });
  });

  test('P39 the absolute form of a target is the same route', async () => {
    const target = `http://127.0.0.1${proxied('absolute.txt')}`;
    expect((await app.send({ method: 'PUT', target, body: 'x' })).status).toBe(200);
    expect((await app.send({ method: 'GET', target })).body).toBe('x');
  });

  test('P39 a Host that is another machine’s is refused whatever the target says', async () => {
    for (const target of [proxied('absolute.txt'), `http://127.0.0.1${proxied('absolute.txt')}`]) {
      const text = `GET ${target} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`;
      const { sendRaw } = await import('../../support/raw-http.ts');
      expect((await sendRaw(app.port, text)).status).toBe(400);
    }
  });
});
