import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DOORS } from '../../../src/http/mlflow/routes.ts';
import { mountedRoutes, RPCS } from '../../../src/http/mlflow/rpcs.ts';
import { ENDPOINTS } from '../../../src/http/v1/routes.ts';
import { HOSTILE_VALUES, hostileJson } from '../../support/hostile-values.ts';
import { expectNothingFromInside, type GuardedApp, guardedApp } from './guarded-app.ts';

/** Values that let a request reach its operation, so that the odd one is met there, too. */
const SAMPLES: Record<string, unknown> = {
  model_name: 'm',
  model_type: 'custom',
  version: '1',
  version1: '1',
  version2: '1',
  new_stage: 'staging',
  stage: 'development',
  alias: 'a',
  keep_latest: 1,
  description: 'd',
};

/** One segment or one query value as it is sent. */
const ODD_TEXTS = [
  '',
  '%20',
  '%00',
  'a%00b',
  '..',
  '%2e%2e',
  '%2e%2e%2f%2e%2e',
  '%2F',
  '%5C',
  '%',
  '%zz',
  '%ff',
  '%ed%a0%80',
  '%E2%80%AE',
  '-1',
  '0',
  '1e3',
  '99999999999999999999',
  'NaN',
  'true',
  'null',
  '[]',
  '%7B%7D',
  '__proto__',
  'constructor',
  "'%20or%201=1--",
  '%25s%25n',
  'x'.repeat(300),
  'x'.repeat(9_000),
  'a=b&a=c',
  '%F0%9F%90%94',
];

/** Headers that some plugin reads. */
const ODD_HEADERS: readonly (readonly [name: string, values: readonly string[]])[] = [
  ['if-none-match', ['*', '"', 'W/', ',,,,', '"x",'.repeat(2_000), '\u00ff']],
  ['if-range', ['*', '"x"', 'Tue', ','.repeat(5_000)]],
  [
    'range',
    ['bytes=', 'bytes=a-b', `bytes=${'0-,'.repeat(3_000)}`, 'bytes=9999999999999999-', ' '.repeat(500)],
  ],
  ['idempotency-key', [' ', 'x'.repeat(256), '\u00e9', "'; drop table runs", '__proto__', '{}']],
  [
    'content-type',
    ['', 'text/plain', 'application/json; charset=utf-16', 'a'.repeat(5_000), ';;;', 'application/'],
  ],
  ['content-digest', ['', 'sha-256', 'sha-256=:x:', `${'a=:b:,'.repeat(500)}`, '\u00ff']],
  ['origin', ['null', 'http://evil.example', 'x'.repeat(5_000), 'http://127.0.0.1@evil.example']],
  ['content-encoding', ['gzip', 'br', 'x'.repeat(500)]],
  ['accept', ['', '*/*;q=', 'x'.repeat(5_000)]],
  ['authorization', ['Basic', 'Basic !!!!', 'Bearer ', `Bearer ${'x'.repeat(5_000)}`]],
  ['x-mlflow-workspace', ['', '../x', 'x'.repeat(5_000)]],
];

let app: GuardedApp;

beforeAll(async () => {
  app = await guardedApp();
  const post = (url: string, payload: object) => app.server.app.inject({ method: 'POST', url, payload });
  await post('/api/v1/models/register', { model_name: 'm', model_type: 'custom' });
  await post('/api/2.0/mlflow/registered-models/create', { name: 'n' });
});
afterAll(async () => {
  app.expectNothingOutside();
  await app.close();
});

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly payload?: string;
  readonly headers?: Record<string, string>;
}

/** Sends in process; below 500 and free of anything from inside. */
async function send({ method, url, payload, headers = {} }: Sent) {
  const answer = await app.server.app.inject({
    method: method as 'GET',
    url,
    ...(payload !== undefined && { payload }),
    headers: { ...(payload !== undefined && { 'content-type': 'application/json' }), ...headers },
  });
  const told = `${method} ${url.slice(0, 200)} ${payload?.slice(0, 200)} → ${answer.statusCode} ${answer.body.slice(0, 300)}`;
  if (answer.statusCode !== 501) expect(answer.statusCode, told).toBeLessThan(500);
  if (answer.statusCode >= 400) expectNothingFromInside(answer.body, app.server.root, told);
  return answer;
}

type Properties = Record<string, { readonly properties?: object }>;

/** The names of the fields of a schema of an object. */
function namesOf(schema: unknown): string[] {
  return Object.keys((schema as { properties?: Properties } | undefined)?.properties ?? {});
}

const given = (names: readonly string[]) =>
  Object.fromEntries(names.filter((name) => name in SAMPLES).map((name) => [name, SAMPLES[name]]));

const urlOf = (path: string, own: Record<string, string> = {}) =>
  `/api/v1${path.replace(/:([a-z_]+)/g, (_all, name: string) => own[name] ?? String(SAMPLES[name] ?? 'x'))}`;

describe.each(ENDPOINTS)('v1 $operation', (endpoint) => {
  const { method, path } = endpoint;
  const query = namesOf('query' in endpoint.schemas ? endpoint.schemas.query : undefined);
  const fields = namesOf('body' in endpoint.schemas ? endpoint.schemas.body : undefined);
  const payload = method === 'GET' || method === 'DELETE' ? undefined : JSON.stringify(given(fields));
  const sent = (url: string, more: Partial<Sent> = {}): Sent => ({
    method,
    url,
    ...(payload !== undefined && { payload }),
    ...more,
  });

  test('no segment of its path breaks it', async () => {
    for (const name of namesOf(endpoint.schemas.params))
      for (const text of ODD_TEXTS) await send(sent(urlOf(path, { [name]: text })));
  });

  test('no parameter of a query breaks it', async () => {
    for (const name of [...query, 'unknown'])
      for (const text of ODD_TEXTS) await send(sent(`${urlOf(path)}?${name}=${text}`));
    for (const text of ODD_TEXTS) await send(sent(`${urlOf(path)}?${text}`));
  });

  test('no field of its body breaks it', async () => {
    for (const name of fields.length === 0 ? [] : [...fields, 'unknown'])
      for (const [, value] of HOSTILE_VALUES)
        await send(sent(urlOf(path), { payload: hostileJson({ ...given(fields), [name]: value }) }));
  });

  test('no header breaks it', async () => {
    for (const [name, values] of ODD_HEADERS)
      for (const value of values) await send(sent(urlOf(path), { headers: { [name]: value } }));
  });

  test('D15 a NUL in any of its texts is a 400', async () => {
    const refused = async (one: Sent) => expect((await send(one)).statusCode, one.url).toBe(400);
    for (const name of namesOf(endpoint.schemas.params))
      await refused(sent(urlOf(path, { [name]: 'a%00b' })));
    for (const name of query) await refused(sent(`${urlOf(path)}?${name}=a%00b`));
    if (payload === undefined || !('body' in endpoint.schemas)) return;
    for (const name of fields)
      for (const value of ['a\0b', ['a\0b'], { 'a\0b': 'x' }, { k: 'a\0b' }])
        await refused(sent(urlOf(path), { payload: JSON.stringify({ ...given(fields), [name]: value }) }));
  });
});

describe('MLflow’s wire', () => {
  test.each(DOORS.map((door) => [door.rpc, door] as const))(
    'D15 %s refuses a NUL in any of its texts with 400, through every prefix',
    async (rpc, door) => {
      const row = RPCS.find(({ name }) => name === rpc);
      for (const { method, url } of row === undefined ? [] : mountedRoutes(row)) {
        const target = url.replace(/:[a-z_]+/g, 'x');
        for (const name of door.request.fields.keys()) {
          const sent =
            method === 'GET'
              ? { method, url: `${target}?${name}=a%00b` }
              : {
                  method,
                  url: target,
                  payload: JSON.stringify({ [name]: 'a\0b', [`x${name}`]: [{ k: 'a\0b' }] }),
                };
          // A parameter of the path stands there, and is not read from a query.
          if (method === 'GET' && url.includes(`:${name}`)) continue;
          const answer = await send(sent);
          expect(answer.statusCode, `${method} ${sent.url} ${answer.body}`).toBe(400);
          expect(answer.body).toMatch(/NUL/);
        }
        for (const match of url.matchAll(/:[a-z_]+/g)) {
          const answer = await send({
            method,
            url: url.replace(match[0], 'a%00b').replace(/:[a-z_]+/g, 'x'),
          });
          expect(answer.statusCode, `${method} ${url} ${answer.body}`).toBe(400);
        }
      }
    },
  );

  test.each(DOORS.map((door) => [door.rpc] as const))('no header breaks %s', async (rpc) => {
    const row = RPCS.find(({ name }) => name === rpc);
    const route = row === undefined ? undefined : mountedRoutes(row)[0];
    if (route === undefined) return;
    const { method } = route;
    const url = route.url.replace(/:[a-z_]+/g, 'x');
    for (const [name, values] of ODD_HEADERS)
      for (const value of values)
        await send({ method, url, ...(method !== 'GET' && { payload: '{}' }), headers: { [name]: value } });
  });

  test('no segment of a path breaks an RPC that has some', async () => {
    for (const row of RPCS)
      for (const { method, url } of mountedRoutes(row))
        for (const [parameter] of url.matchAll(/:[a-z_]+/g))
          for (const text of ODD_TEXTS) {
            const target = url.replace(parameter, text).replace(/:[a-z_]+|\*/g, 'x');
            await send({ method, url: target, ...(method !== 'GET' && { payload: '{}' }) });
          }
  });
});
