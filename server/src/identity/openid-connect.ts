import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { RegistryError } from '../domain/errors.ts';
import { type ExternalClaims, readClaims } from '../domain/external-identity.ts';
import type { IdentityProvider } from '../operations/ports/identity-provider.ts';

export interface OpenIdOptions {
  readonly issuer: URL;
  /** Null: browsers do not sign in here. */
  readonly clientId: string | null;
  /** Null: a public client, which PKCE alone protects. */
  readonly clientSecret: string | null;
  /** What access tokens must be for; null: none is taken. */
  readonly audience: string | null;
  readonly groupsClaim: string;
  readonly redirectUri: string;
  /** Ms since the epoch. */
  readonly now: () => number;
}

/** Signatures by public keys. A secret that client and provider share proves nothing to us. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
const TIMEOUT_SECONDS = 10;
/** Clocks differ. */
const TOLERANCE_SECONDS = 30;
/** What the provider says of itself is asked again after so long. */
const METADATA_MS = 60 * 60 * 1_000;
const SCOPES = ['openid', 'profile', 'email', 'groups'];

interface Provider {
  readonly configuration: client.Configuration;
  readonly keys: ReturnType<typeof createRemoteJWKSet>;
}

/**
 * OpenID Connect by one provider: code flow with PKCE for browsers, JWTs for programs (RFC 7519, RFC 9068). It is
 * asked when it is needed first: while it is away the server starts, and whoever has a token of ours gets in.
 */
export function openIdProvider(options: OpenIdOptions): IdentityProvider {
  const provider = rediscovered(options);
  return {
    async begin() {
      if (options.clientId === null) return null;
      const { configuration } = await provider();
      const codeVerifier = client.randomPKCECodeVerifier();
      const attempt = { codeVerifier, state: client.randomState(), nonce: client.randomNonce() };
      const url = client.buildAuthorizationUrl(configuration, {
        redirect_uri: options.redirectUri,
        scope: scopesOf(configuration),
        code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
        state: attempt.state,
        nonce: attempt.nonce,
      });
      return { url: url.href, attempt };
    },
    async finish(query, { state, nonce, codeVerifier }) {
      const { configuration } = await provider();
      const tokens = await client
        .authorizationCodeGrant(configuration, new URL(`${options.redirectUri}?${query}`), {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: codeVerifier,
        })
        .catch((error: unknown) => {
          throw flowFailure(error);
        });
      const claims = tokens.claims() ?? {};
      const said = claimsOf(configuration, claims, options);
      if (said.groups !== null || configuration.serverMetadata().userinfo_endpoint === undefined) return said;
      // Many providers say more of a person there than in the ID token (OpenID Connect Core, section 5.4).
      const more = await client
        .fetchUserInfo(configuration, tokens.access_token, said.externalId)
        .catch((error: unknown) => {
          throw flowFailure(error);
        });
      return claimsOf(configuration, { ...more, ...claims }, options);
    },
    async verifyAccessToken(token) {
      if (options.audience === null)
        throw unauthenticated('Access tokens of the identity provider are not taken here; use an API token.');
      const { configuration, keys } = await provider();
      const { payload, protectedHeader } = await jwtVerify(token, keys, {
        issuer: configuration.serverMetadata().issuer,
        audience: options.audience,
        algorithms: ALGORITHMS,
        clockTolerance: TOLERANCE_SECONDS,
        requiredClaims: ['sub', 'exp'],
        currentDate: new Date(options.now()),
      }).catch((error: unknown) => {
        throw tokenFailure(error);
      });
      if (isIdToken(payload, protectedHeader.typ, options.clientId))
        throw unauthenticated('This is an ID token; send an access token.');
      return claimsOf(configuration, payload, options);
    },
  };
}

/** What the provider says of itself; asked once by all who wait for it, and again after a while. */
function rediscovered(options: OpenIdOptions): () => Promise<Provider> {
  let known: { readonly provider: Provider; readonly atMs: number } | null = null;
  let asking: Promise<Provider> | null = null;
  return async () => {
    const nowMs = options.now();
    if (known !== null && nowMs - known.atMs < METADATA_MS) return known.provider;
    asking ??= discover(options).finally(() => {
      asking = null;
    });
    try {
      known = { provider: await asking, atMs: nowMs };
    } catch (error) {
      // Who was known goes on being known.
      if (known === null) throw unavailable(error);
      known = { ...known, atMs: nowMs };
    }
    return known.provider;
  };
}

async function discover(options: OpenIdOptions): Promise<Provider> {
  const { issuer, clientId, clientSecret } = options;
  const isPlain = issuer.protocol === 'http:';
  const configuration = await client.discovery(
    issuer,
    // Without one, no request is made that needs it.
    clientId ?? 'none',
    undefined,
    clientSecret === null ? client.None() : secretAuthentication(clientSecret),
    {
      timeout: TIMEOUT_SECONDS,
      execute: [...(isPlain ? [client.allowInsecureRequests] : []), client.enableNonRepudiationChecks],
    },
  );
  const { jwks_uri: keysAt } = configuration.serverMetadata();
  if (keysAt === undefined || (!isPlain && !keysAt.startsWith('https://')))
    throw new Error('the provider names no place of its keys');
  return {
    configuration,
    keys: createRemoteJWKSet(new URL(keysAt), { timeoutDuration: TIMEOUT_SECONDS * 1_000 }),
  };
}

/** By the Basic scheme, which every provider must know (RFC 6749, section 2.3.1), unless it says that it does not. */
function secretAuthentication(secret: string): client.ClientAuth {
  const basic = client.ClientSecretBasic(secret);
  const post = client.ClientSecretPost(secret);
  return (server, ...rest) => {
    const known = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (known.includes('client_secret_basic') ? basic : post)(server, ...rest);
  };
}

/** Only those that the provider knows; `openid` always. */
function scopesOf(configuration: client.Configuration): string {
  const { scopes_supported: known } = configuration.serverMetadata();
  return SCOPES.filter((scope) => scope === 'openid' || (known ?? SCOPES.slice(0, 3)).includes(scope)).join(
    ' ',
  );
}

/** One is made for the client to read, not for us; that both go to the same audience is how they are confused. */
function isIdToken(payload: JWTPayload, type: string | undefined, clientId: string | null): boolean {
  const isAccessToken = type?.toLowerCase().replace('application/', '') === 'at+jwt';
  return !isAccessToken && clientId !== null && payload.aud === clientId && 'nonce' in payload;
}

function claimsOf(
  configuration: client.Configuration,
  claims: object,
  { groupsClaim }: OpenIdOptions,
): ExternalClaims {
  const { issuer } = configuration.serverMetadata();
  const said = readClaims(issuer, claims as Record<string, unknown>, groupsClaim);
  if (said === null)
    throw unauthenticated('The identity provider names nobody: the claim "sub" is unusable.');
  return said;
}

/** The code flow ended without somebody. */
function flowFailure(error: unknown): RegistryError {
  if (error instanceof client.AuthorizationResponseError)
    return unauthenticated(`The identity provider refused to sign in: ${codeOf(error.error)}.`, error);
  if (error instanceof client.ResponseBodyError)
    return unauthenticated(
      `The identity provider did not accept the sign-in: ${codeOf(error.error)}.`,
      error,
    );
  if (isAway(error)) return unavailable(error);
  return unauthenticated('The answer of the identity provider cannot be believed; sign in again.', error);
}

/** Why a token is not taken: of what its bearer can read in it. */
function tokenFailure(error: unknown): RegistryError {
  if (error instanceof errors.JWTExpired) return unauthenticated('The access token has expired.', error);
  if (error instanceof errors.JWTClaimValidationFailed)
    return unauthenticated(
      `The claim "${error.claim}" of the access token is not what is wanted here.`,
      error,
    );
  if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError) || isKeysAway(error))
    return unavailable(error);
  return unauthenticated('The access token is none, or its signature is not the identity provider’s.', error);
}

/** jose says by the plainest of its errors that the keys did not come. */
function isKeysAway(error: errors.JOSEError): boolean {
  return error.code === 'ERR_JOSE_GENERIC';
}

function isAway(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return ['OAUTH_TIMEOUT', 'OAUTH_RESPONSE_IS_NOT_CONFORM'].includes(code) || error instanceof TypeError;
}

/** RFC 6749 allows more; what is shown is short. */
function codeOf(text: string): string {
  return /^[a-z_]{1,40}$/.test(text) ? text : 'with an error of its own';
}

function unauthenticated(message: string, cause?: unknown): RegistryError<'unauthenticated'> {
  return new RegistryError('unauthenticated', { message }, { cause });
}

function unavailable(cause: unknown): RegistryError<'unavailable'> {
  return new RegistryError('unavailable', { message: 'The identity provider does not answer.' }, { cause });
}
