import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { type TestProvider, testProvider } from '../support/identity-provider.ts';
import { type ServerData, type ServerProcess, serverData, startServer } from './server-process.ts';

/* The program as its operator starts it, with the settings of docs/signing-in.md. */

let data: ServerData;
let provider: TestProvider;
let server: ServerProcess;

beforeAll(async () => {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  provider = await testProvider(`${origin}/api/v1/session/oidc/callback`);
  data = serverData();
  server = await startServer(data, {
    settings: {
      PORT: String(port),
      REGISTRY_BASE_URL: origin,
      REGISTRY_AUTH: 'oidc',
      REGISTRY_OIDC_ISSUER: provider.issuer,
      REGISTRY_OIDC_CLIENT_ID: provider.clientId,
      REGISTRY_OIDC_CLIENT_SECRET: provider.clientSecret,
      REGISTRY_OIDC_AUDIENCE: provider.audience,
      REGISTRY_OIDC_GROUP_ROLES: 'ml-admins=admin,farm-ops=writer',
    },
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await provider.close();
  await data[Symbol.asyncDispose]();
});

test('a person signs in with a browser, and a program with its access token', async () => {
  provider.person = { sub: 'u-mia', preferred_username: 'mia', groups: ['ml-admins'] };
  const begun = await fetch(`${server.origin}/api/v1/session/oidc`, { redirect: 'manual' });
  const attempt = begun.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const back = await fetch(await provider.browse(begun.headers.get('location') ?? ''), {
    redirect: 'manual',
    headers: { cookie: attempt },
  });
  expect([back.status, back.headers.get('location')]).toEqual([303, '/']);
  const session = back.headers.getSetCookie().find((cookie) => cookie.includes('registry-session')) ?? '';
  const headers = { cookie: session.split(';')[0] ?? '' };
  const users = await fetch(`${server.origin}/api/v1/users`, { headers });
  expect(((await users.json()) as { users: { name: string }[] }).users.map(({ name }) => name)).toEqual([
    'mia',
  ]);
  const authorization = `Bearer ${await provider.clientToken()}`;
  const me = await fetch(`${server.origin}/api/v1/me`, { headers: { authorization } });
  expect(await me.json()).toMatchObject({ actor: { kind: 'service_account', name: 'ci-bot' } });
  expect((await fetch(`${server.origin}/api/v1/models`)).status).toBe(401);
});

test('nothing of what is secret stands in the log', () => {
  expect(server.output()).toContain('finishOidcSignIn');
  expect(server.output()).not.toContain(provider.clientSecret);
  expect(server.output()).not.toMatch(/code=|state=|eyJ|nobody can manage access/);
});
