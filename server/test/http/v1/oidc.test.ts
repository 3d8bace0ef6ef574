import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LOCAL_ACTOR } from '../../../src/domain/actor.ts';
import { openIdProvider } from '../../../src/identity/openid-connect.ts';
import { createGrant } from '../../../src/operations/grant.ts';
import { createSubject, editSubject } from '../../../src/operations/subject.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { freePort } from '../../support/free-port.ts';
import { type TestProvider, testProvider } from '../../support/identity-provider.ts';

const REDIRECT_URI = 'http://localhost:5136/api/v1/session/oidc/callback';
const PASSWORD = 'barn-owl-tractor-seven';
const ATTEMPT = '__Host-registry-sign-in';
const SESSION = '__Host-registry-session';

let provider: TestProvider;
let server: TestApp;

beforeAll(async () => {
  provider = await testProvider(REDIRECT_URI);
});
afterAll(() => provider.close());

async function start({
  passwords = false,
  ...change
}: {
  passwords?: boolean;
  issuer?: URL;
  clientId?: string | null;
  audience?: string | null;
  clientSecret?: string;
} = {}) {
  server = await testApp({
    signIn: true,
    parts: {
      signInRules: {
        isOff: false,
        passwords,
        productionApprovers: new Set(),
        groupRoles: new Map([
          ['farm-ops', 'writer'],
          ['ml-admins', 'admin'],
        ]),
      },
      identityProvider: openIdProvider({
        issuer: new URL(provider.issuer),
        clientId: provider.clientId,
        clientSecret: provider.clientSecret,
        audience: provider.audience,
        groupsClaim: 'groups',
        redirectUri: REDIRECT_URI,
        now: Date.now,
        ...change,
      }),
    },
  });
}

beforeEach(() => {
  provider.refusal = null;
  provider.person = { sub: 'u-mia', preferred_username: 'mia', groups: ['farm-ops'] };
});
afterEach(() => server.close());

async function call(url: string, headers: Record<string, string> = {}, method: 'GET' | 'POST' = 'GET') {
  const answer = await server.app.inject({ method, url, headers: { host: 'localhost:5136', ...headers } });
  const cookies = new Map([answer.headers['set-cookie'] ?? []].flat().map(nameAndValue));
  return {
    status: answer.statusCode,
    location: String(answer.headers.location ?? ''),
    cookies,
    attributes: [answer.headers['set-cookie'] ?? []].flat(),
    body: answer.body.startsWith('{') ? answer.json() : {},
  };
}

function nameAndValue(cookie: string): [string, string] {
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
  return [name, value];
}

const unchanged = (back: { url: URL; attempt: string }): { url: URL; attempt: string } => back;

/** A browser goes to the provider and comes back; before it does, the test may change what it brings. */
async function signInByBrowser(change = unchanged, from = '/api/v1/session/oidc') {
  const begun = await call(from);
  expect(begun.status).toBe(303);
  const url = new URL(await provider.browse(begun.location));
  const back = change({ url, attempt: begun.cookies.get(ATTEMPT) ?? '' });
  return call(`${back.url.pathname}${back.url.search}`, { cookie: `${ATTEMPT}=${back.attempt}` });
}

const cookieOf = (answer: { cookies: Map<string, string> }) => ({
  cookie: `${SESSION}=${answer.cookies.get(SESSION)}`,
});
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const me = (headers: Record<string, string>) => call('/api/v1/me', headers);
const events = async () => {
  const query = { modelName: null, actorId: null, action: null, sinceMs: null, untilMs: null };
  const kept = await server.deps.store.read(({ audit }) =>
    audit.search(query, { before: null, limit: 1_000 }),
  );
  return kept.map(({ event }) => event).reverse();
};

describe('a browser that signs in at the identity provider', () => {
  beforeEach(() => start());

  test('comes back as a user with the roles of its groups, and stays signed in', async () => {
    const back = await signInByBrowser(undefined, '/api/v1/session/oidc?return_to=%2Fdocs%2F%3Fx%3D1');
    expect([back.status, back.location]).toEqual([303, '/docs/?x=1']);
    expect(back.attributes.find((cookie) => cookie.startsWith(SESSION))).toMatch(
      /; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
    );
    expect(back.cookies.get(ATTEMPT)).toBe('');
    const { actor } = (await me(cookieOf(back))).body;
    expect(actor).toMatchObject({
      kind: 'user',
      name: 'mia',
      grants: [
        { role: 'writer', resource: 'model', pattern: '*' },
        { role: 'writer', resource: 'experiment', pattern: '*' },
      ],
    });
    expect(new Map((await events()).map(({ action, after }) => [action, after]))).toEqual(
      new Map<string, unknown>([
        ['subject.create', { kind: 'user', owner_id: null, issuer: provider.issuer }],
        ['subject.update', { groups: ['farm-ops'] }],
        ['session.create', null],
      ]),
    );
  });

  test('is the same user the next time, whatever it is called by then, with the groups of then', async () => {
    const first = (await me(cookieOf(await signInByBrowser()))).body.actor;
    provider.person = { sub: 'u-mia', preferred_username: 'ada', groups: ['ml-admins', 'birds'] };
    const again = await signInByBrowser();
    const second = (await me(cookieOf(again))).body.actor;
    expect([second.id, second.name]).toEqual([first.id, 'mia']);
    expect(second.grants[0]).toEqual({ role: 'admin', resource: 'model', pattern: '*' });
    provider.person = { sub: 'u-mia', groups: [] };
    await signInByBrowser();
    expect((await me(cookieOf(again))).body.actor.grants).toEqual([]);
  });

  test('has what its groups were granted here', async () => {
    const to = { kind: 'group', group: 'farm-ops' } as const;
    const given = { role: 'approver', resource: 'model', pattern: 'layer-*' } as const;
    await createGrant(server.deps, LOCAL_ACTOR, { to, ...given });
    expect((await me(cookieOf(await signInByBrowser()))).body.actor.grants).toContainEqual(given);
  });

  test('never takes the name of somebody else', async () => {
    await createSubject(server.deps, LOCAL_ACTOR, {
      name: 'Mia',
      kind: 'user',
      ownerId: null,
      password: PASSWORD,
    });
    expect((await me(cookieOf(await signInByBrowser()))).body.actor.name).toBe('mia-2');
    provider.person = { sub: 'u-other', preferred_username: 'mia' };
    expect((await me(cookieOf(await signInByBrowser()))).body.actor.name).toBe('mia-3');
  });

  test('is kept out when its account is disabled', async () => {
    const back = await signInByBrowser();
    const { id } = (await me(cookieOf(back))).body.actor;
    await editSubject(server.deps, LOCAL_ACTOR, { subjectId: id, isDisabled: true });
    expect((await me(cookieOf(back))).status).toBe(401);
    const again = await signInByBrowser();
    expect([again.status, again.body.detail, again.cookies.has(SESSION)]).toEqual([
      401,
      'This account is disabled.',
      false,
    ]);
  });

  test.each<[string, Parameters<typeof signInByBrowser>[0]]>([
    ['another state', answering((query) => query.set('state', 'x'))],
    ['no state', answering((query) => query.delete('state'))],
    ['another code', answering((query) => query.set('code', 'x'))],
    ['another issuer', answering((query) => query.set('iss', 'https://evil.example'))],
    ['no attempt', (back) => ({ ...back, attempt: '' })],
    ['an attempt that is none', (back) => ({ ...back, attempt: 'bm9uZQ' })],
    ['another verifier', (back) => ({ ...back, attempt: changed(back.attempt, 2) })],
    ['another nonce', (back) => ({ ...back, attempt: changed(back.attempt, 1) })],
    ['a way back to elsewhere', (back) => ({ ...back, attempt: changed(back.attempt, 3, '//evil.example') })],
  ])('is refused with %s', async (_what, change) => {
    const answer = await signInByBrowser(change);
    expect(answer.status, JSON.stringify(answer.body)).toBe(401);
    expect(answer.cookies.has(SESSION)).toBe(false);
  });

  test('is refused when its code was used before', async () => {
    let used = { url: new URL('http://x'), attempt: '' };
    await signInByBrowser((back) => {
      used = back;
      return back;
    });
    const again = await call(`${used.url.pathname}${used.url.search}`, {
      cookie: `${ATTEMPT}=${used.attempt}`,
    });
    expect([again.status, again.body.detail]).toEqual([
      401,
      'The identity provider did not accept the sign-in: invalid_grant.',
    ]);
  });

  test('is told when the provider refused', async () => {
    provider.refusal = 'access_denied';
    const answer = await signInByBrowser();
    expect([answer.status, answer.body.detail]).toEqual([
      401,
      'The identity provider refused to sign in: access_denied.',
    ]);
  });

  test.each(['//evil.example', 'https://evil.example', '/%5Cevil.example'])(
    'does not go on to %s',
    async (path) => {
      const answer = await call(`/api/v1/session/oidc?return_to=${path}`);
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid_argument']);
    },
  );

  test('two first requests of one person at once make one account', async () => {
    const token = await provider.sign({ sub: 'u-ben', preferred_username: 'ben' });
    const ids = await Promise.all([1, 2, 3, 4].map(async () => (await me(bearer(token))).body.actor.id));
    expect(new Set(ids).size).toBe(1);
  });
});

/** What the provider answered, changed. */
function answering(change: (query: URLSearchParams) => void): typeof unchanged {
  return (back) => {
    change(back.url.searchParams);
    return back;
  };
}

/** One part of what the browser kept, changed. */
function changed(attempt: string, part: number, to = 'x'.repeat(43)): string {
  const parts = JSON.parse(Buffer.from(attempt, 'base64url').toString()) as string[];
  return Buffer.from(JSON.stringify(parts.with(part, to))).toString('base64url');
}

describe('a program with an access token of the provider', () => {
  beforeEach(() => start());

  test('by its own credentials is a service account, on both wires', async () => {
    const headers = bearer(await provider.clientToken());
    expect((await me(headers)).body.actor).toMatchObject({
      kind: 'service_account',
      name: 'ci-bot',
      grants: [],
    });
    expect((await call('/api/2.0/mlflow/experiments/get?experiment_id=0', headers)).status).toBe(404);
  });

  test('has the roles of the groups that the token lists, and loses them with it', async () => {
    const token = (groups?: string[]) => provider.sign({ sub: 'u-bot', ...(groups && { groups }) });
    const grants = async (groups?: string[]) => (await me(bearer(await token(groups)))).body.actor.grants;
    expect(await grants(['farm-ops'])).toHaveLength(2);
    expect(await grants()).toHaveLength(2);
    expect(await grants([])).toEqual([]);
  });

  test('is a person’s when that person signed in with a browser, before or after', async () => {
    const token = await provider.sign({ sub: 'u-mia' });
    const program = (await me(bearer(token))).body.actor;
    expect(program.kind).toBe('service_account');
    await signInByBrowser();
    const person = (await me(bearer(token))).body.actor;
    expect([person.id, person.kind]).toEqual([program.id, 'user']);
    expect((await events()).filter(({ before }) => before?.['kind'] === 'service_account')).toHaveLength(1);
  });

  const nowSeconds = () => Math.floor(Date.now() / 1_000);
  test.each<[string, () => Promise<string>, string]>([
    [
      'for another audience',
      () => provider.sign({ sub: 'u', aud: 'https://other.example' }),
      'The claim "aud"',
    ],
    ['of another issuer', () => provider.sign({ sub: 'u', iss: 'https://evil.example' }), 'The claim "iss"'],
    ['that expired', () => provider.sign({ sub: 'u', exp: nowSeconds() - 60 }), 'has expired'],
    ['that is not valid yet', () => provider.sign({ sub: 'u', nbf: nowSeconds() + 90 }), 'The claim "nbf"'],
    ['about nobody', () => provider.sign({}), 'The claim "sub"'],
    ['about an odd somebody', () => provider.sign({ sub: 'a\u0000b' }), 'names nobody'],
    ['by an unknown key', () => provider.sign({ sub: 'u' }, { kid: 'k-2' }), 'is none, or its signature'],
    [
      'changed by its bearer',
      async () => tampered(await provider.sign({ sub: 'u' })),
      'is none, or its signature',
    ],
    [
      'without signature',
      async () => unsigned(await provider.sign({ sub: 'u' })),
      'is none, or its signature',
    ],
    ['signed with the public key as a secret', async () => hmac(), 'is none, or its signature'],
    ['that is none', async () => 'a.b.c', 'is none, or its signature'],
    ['that is of ours and unknown', async () => `frt_${'a'.repeat(48)}`, 'wrong, revoked or expired'],
  ])('%s is refused', async (_what, token, sentence) => {
    const answer = await me(bearer(await token()));
    expect([answer.status, answer.body.code]).toEqual([401, 'unauthenticated']);
    expect(answer.body.detail).toContain(sentence);
  });

  test('does not make the keys be asked for with every token', async () => {
    for (let i = 0; i < 5; i++) await me(bearer(await provider.sign({ sub: 'u' })));
    const before = provider.keyRequests();
    for (let i = 0; i < 20; i++) await me(bearer(await provider.sign({ sub: 'u' }, { kid: `k-${i + 10}` })));
    expect(provider.keyRequests() - before).toBeLessThanOrEqual(1);
  });
});

function tampered(token: string): string {
  const [head, , signature] = token.split('.');
  const payload = { iss: provider.issuer, aud: provider.audience, sub: 'admin', exp: 9_999_999_999 };
  return [head, Buffer.from(JSON.stringify(payload)).toString('base64url'), signature].join('.');
}

function unsigned(token: string): string {
  const [, payload] = token.split('.');
  return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
}

function hmac(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'HS256', kid: 'k-1' })}.${part({ sub: 'u', exp: 9_999_999_999 })}.${'A'.repeat(43)}`;
}

describe('what the settings leave out', () => {
  test('without an audience no access token is taken', async () => {
    await start({ audience: null });
    const answer = await me(bearer(await provider.sign({ sub: 'u' })));
    expect([answer.status, answer.body.detail]).toEqual([
      401,
      'Access tokens of the identity provider are not taken here; use an API token.',
    ]);
  });

  test('without a client browsers do not sign in', async () => {
    await start({ clientId: null });
    expect((await call('/api/v1/session/oidc')).status).toBe(404);
  });

  test('an ID token is no access token, even where both are for the same', async () => {
    await start({ audience: provider.clientId });
    const token = await provider.sign({ sub: 'u', aud: provider.clientId, nonce: 'n' });
    const answer = await me(bearer(token));
    expect([answer.status, answer.body.detail]).toEqual([401, 'This is an ID token; send an access token.']);
    const access = await provider.sign({ sub: 'u', aud: provider.clientId, nonce: 'n' }, { typ: 'at+jwt' });
    expect((await me(bearer(access))).status).toBe(200);
  });

  test('passwords are good only where they are allowed, for when the provider is away', async () => {
    const basic = { authorization: `Basic ${Buffer.from(`ada:${PASSWORD}`).toString('base64')}` };
    for (const passwords of [false, true]) {
      await start({ passwords });
      await createSubject(server.deps, LOCAL_ACTOR, {
        name: 'ada',
        kind: 'user',
        ownerId: null,
        password: PASSWORD,
      });
      const answer = await me(basic);
      expect(answer.status).toBe(passwords ? 200 : 401);
      if (!passwords) {
        expect(answer.body.detail).toContain('sign in at the identity provider');
        await server.close();
      }
    }
  });
});

describe('a provider that is away', () => {
  test('is a 503 for those who need it, and nothing to the others', async () => {
    await start({ issuer: new URL(`http://127.0.0.1:${await freePort()}`) });
    for (const answer of [
      await call('/api/v1/session/oidc'),
      await me(bearer(await provider.sign({ sub: 'u' }))),
    ])
      expect([answer.status, answer.body.detail]).toEqual([503, 'The identity provider does not answer.']);
    expect((await call('/health')).status).toBe(200);
    expect((await me({})).status).toBe(401);
  });

  test('with another name than it should have is not believed', async () => {
    await start({ issuer: new URL(provider.issuer.replace('127.0.0.1', 'localhost')) });
    expect((await call('/api/v1/session/oidc')).status).toBe(503);
  });
});
