import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { Provider } from 'oidc-provider';
import { freePort } from './free-port.ts';

/** Somebody whom the provider knows. */
interface Person {
  readonly sub: string;
  readonly [claim: string]: unknown;
}

/** A real OpenID provider on 127.0.0.1. Whoever comes is signed in at once, as whom the test says. */
export interface TestProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly audience: string;
  /** Who signs in from now on. */
  person: Person;
  /** Null: whoever comes consents; else the error that the provider answers. */
  refusal: string | null;
  /** How often the keys were asked for. */
  readonly keyRequests: () => number;
  /** An access token with the provider's signature, valid for a minute unless the claims say otherwise. */
  sign(claims: JWTPayload, header?: { readonly typ?: string; readonly kid?: string }): Promise<string>;
  /** An access token of a program, by its client credentials. */
  clientToken(): Promise<string>;
  /** Follows the redirects of a browser from the provider's address to the one that leads back to the client. */
  browse(url: string): Promise<string>;
  close(): Promise<void>;
}

const CLIENT_ID = 'registry';
const CLIENT_SECRET = 'canary-secret-of-the-client';
const MACHINE_ID = 'ci-bot';
const MACHINE_SECRET = 'canary-secret-of-the-machine';
const AUDIENCE = 'https://registry.farm.example';
const MINUTE_SECONDS = 60;

/** `redirectUri` is where the client is found. */
export async function testProvider(redirectUri: string): Promise<TestProvider> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: 'k-1', use: 'sig', alg: 'RS256' };
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const state = { person: { sub: 'u-1' } as Person, refusal: null as string | null, keyRequests: 0 };
  const provider = makeProvider(issuer, { key, redirectUri, state });
  const answer = provider.callback();
  const server = createServer((request, response) => {
    if (request.url === '/jwks') state.keyRequests += 1;
    if (request.url?.startsWith('/interaction/')) void interact(provider, state, { request, response });
    else void answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    issuer,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    audience: AUDIENCE,
    get person() {
      return state.person;
    },
    set person(person) {
      state.person = person;
    },
    get refusal() {
      return state.refusal;
    },
    set refusal(refusal) {
      state.refusal = refusal;
    },
    keyRequests: () => state.keyRequests,
    sign(claims, header = {}) {
      const nowSeconds = Math.floor(Date.now() / 1_000);
      const standard = { iss: issuer, aud: AUDIENCE, exp: nowSeconds + MINUTE_SECONDS };
      return new SignJWT({ ...standard, ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: 'k-1', ...header })
        .sign(privateKey);
    },
    async clientToken() {
      const reply = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`${MACHINE_ID}:${MACHINE_SECRET}`).toString('base64')}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: `grant_type=client_credentials&resource=${encodeURIComponent(AUDIENCE)}`,
      });
      return ((await reply.json()) as { access_token: string }).access_token;
    },
    browse: (url) => browse(url, issuer),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface ProviderState {
  readonly person: Person;
  readonly refusal: string | null;
}

function makeProvider(
  issuer: string,
  { key, redirectUri, state }: { key: object; redirectUri: string; state: ProviderState },
): Provider {
  return new Provider(issuer, {
    jwks: { keys: [key] },
    clients: [
      { client_id: CLIENT_ID, client_secret: CLIENT_SECRET, redirect_uris: [redirectUri] },
      {
        client_id: MACHINE_ID,
        client_secret: MACHINE_SECRET,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    cookies: { keys: ['canary-key-of-cookies'] },
    claims: { profile: ['preferred_username', 'name'], email: ['email'], groups: ['groups'] },
    scopes: ['openid', 'profile', 'email', 'groups'],
    findAccount: async (_context: unknown, sub: string) => ({
      accountId: sub,
      claims: async () => state.person,
    }),
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: async () => ({
          scope: '',
          audience: AUDIENCE,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  });
}

/** Signs in and consents without a page. */
async function interact(
  provider: Provider,
  state: ProviderState,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  if (state.refusal !== null) {
    await provider.interactionFinished(request, response, { error: state.refusal });
    return;
  }
  const { params } = await provider.interactionDetails(request, response);
  const { client_id: clientId, scope } = params as { client_id: string; scope: string };
  const { sub } = state.person;
  const grant = new provider.Grant({ accountId: sub, clientId });
  grant.addOIDCScope(scope);
  const grantId = await grant.save();
  await provider.interactionFinished(request, response, {
    login: { accountId: sub },
    consent: { grantId },
  });
}

/** A browser: it keeps cookies, and follows what it is told as long as that stays with the provider. */
async function browse(url: string, issuer: string): Promise<string> {
  const cookies = new Map<string, string>();
  let next = url;
  for (let hops = 0; hops < 10 && next.startsWith(issuer); hops++) {
    const reply = await fetch(next, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const cookie of reply.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    const location = reply.headers.get('location');
    if (location === null) throw new Error(`${next} answered ${reply.status}: ${await reply.text()}`);
    next = new URL(location, next).href;
  }
  return next;
}
