import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Actor } from '../../src/domain/actor.ts';
import { mountedRoutes, RPCS } from '../../src/http/mlflow/rpcs.ts';
import { requireDecisions } from '../../src/http/plugins/route-decision.ts';
import { type TestApp, testApp } from '../support/app.ts';

const NOBODY: Actor = { subjectId: 'nobody', kind: 'user', displayName: 'nobody', grants: [] };

let server: TestApp;

beforeAll(async () => {
  server = await testApp();
});
afterAll(async () => {
  await server.close();
});

const methodsOf = (method: string | string[]) => (Array.isArray(method) ? method : [method]);

describe('MLflow’s table', () => {
  test('every implemented row answers on each of its paths, through every prefix, with the same operation', () => {
    const registered = new Map(
      server.routes.flatMap((route) =>
        methodsOf(route.method).map((method) => [`${method} ${route.url}`, route]),
      ),
    );
    for (const row of RPCS.filter(({ status }) => status === 'implemented'))
      for (const { method, url } of mountedRoutes(row)) {
        const route = registered.get(`${method} ${url}`);
        expect(route, `${row.name} ${method} ${url}`).toBeDefined();
        if (row.name !== 'health') expect(route?.config?.operation, `${method} ${url}`).toBe(row.name);
      }
  });

  test('every absent row answers 404 ENDPOINT_NOT_FOUND in JSON', async () => {
    for (const row of RPCS) {
      if (row.status !== 'absent') continue;
      for (const { method, url } of mountedRoutes(row)) {
        // Our own page stands where MLflow has its web UI.
        if (url === '/') continue;
        const path = url.replace(/:\w+/g, 'x').replace('*', 'x');
        const headers = { 'content-type': 'application/json' };
        const answer = await server.app.inject({
          method,
          url: path,
          headers,
          ...(method === 'GET' ? {} : { payload: '{}' }),
        });
        const told = answer.headers['content-type']?.toString().includes('json')
          ? answer.json().error_code
          : answer.body;
        expect([answer.statusCode, told], `${method} ${path}`).toEqual([404, 'ENDPOINT_NOT_FOUND']);
      }
    }
  });

  test('no RPC is in the table twice, and no path is', () => {
    const paths = RPCS.flatMap(mountedRoutes).map(({ method, url }) => `${method} ${url}`);
    expect(paths.length).toBe(new Set(paths).size);
  });
});

describe('decisions', () => {
  test('every route names its operation and permission', () => {
    expect(server.routes.length).toBeGreaterThan(100);
    for (const route of server.routes)
      expect([route.url, route.config?.operation, route.config?.permission]).not.toContain(undefined);
  });

  test('a route without them keeps the server from becoming ready', async () => {
    const app = Fastify();
    requireDecisions(app);
    app.get('/undecided', async () => 'x');
    await expect(app.ready()).rejects.toThrow('/undecided');
  });

  test('who has no grants changes nothing and learns nothing of what exists', async () => {
    const create = { method: 'POST', payload: { name: 'secret' } } as const;
    await server.app.inject({ ...create, url: '/api/2.0/mlflow/registered-models/create' });
    server.actAs(NOBODY);
    try {
      const get = (name: string) =>
        server.app.inject({ method: 'GET', url: `/api/2.0/mlflow/registered-models/get?name=${name}` });
      const [present, absent] = [await get('secret'), await get('nothing')];
      expect(present.statusCode).toBe(404);
      expect(present.body.replace('secret', 'nothing')).toBe(absent.body);
      const attempts = server.routes.filter(
        ({ config, url }) =>
          config?.permission !== 'public' && config?.permission !== 'signed-in' && !url.includes('*'),
      );
      for (const route of attempts)
        for (const method of methodsOf(route.method)) {
          if (method === 'HEAD') continue;
          const url = route.url
            .replace(':model_name', 'secret')
            .replace(':version', '1')
            .replace(/:\w+/g, 'x');
          const answer = await server.app.inject({
            method: method as 'GET',
            url: method === 'GET' && url.startsWith('/api/2.0') ? `${url}?name=secret` : url,
            headers: { 'content-type': 'application/json' },
            ...(method === 'GET' ? {} : { payload: { name: 'secret', model_name: 'secret' } }),
          });
          expect([400, 403, 404, 200], `${method} ${url} ${answer.body}`).toContain(answer.statusCode);
          if (answer.statusCode === 200) expect(answer.body, `${method} ${url}`).not.toContain('secret');
          if (answer.statusCode === 200 && method !== 'GET') expect(url).toMatch(/search/);
        }
    } finally {
      server.actAs((await import('../../src/domain/actor.ts')).LOCAL_ACTOR);
    }
  });
});
