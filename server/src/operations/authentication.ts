import type { Actor } from '../domain/actor.ts';
import { isApiToken } from '../domain/api-token.ts';
import type { AuditClient } from '../domain/audit-event.ts';
import { RegistryError } from '../domain/errors.ts';
import { normalizePassword } from '../domain/password.ts';
import { subjectNameKey } from '../domain/subject.ts';
import { recognizeExternal } from './external-identity.ts';
import type { IdentityProvider } from './ports/identity-provider.ts';
import type { Identity, PasswordIdentity } from './ports/subject.ts';
import type { Deps } from './ports.ts';
import { settingsGrants } from './settings-grants.ts';

/** What a request shows of who sent it. */
export type Credentials =
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'basic'; readonly name: string; readonly password: string }
  | { readonly kind: 'session'; readonly secret: string };

/** The user that the Basic scheme may name beside a token when the caller does not know whose it is. */
const ANY_OWNER = 'token';
/** RFC 7519: three parts between dots, which no token of ours has. */
const JWT = /^[^.]*\.[^.]*\.[^.]*$/;
/** One sentence for every failure: it must not tell which part was wrong. */
const WRONG = 'These credentials are wrong, revoked or expired.';

/**
 * Who sent the request. One round trip to the database; nothing of it is kept, so that what is revoked is revoked
 * at once on every server. @throws `unauthenticated`, `too_many_attempts`, `unavailable` (the identity provider).
 */
export async function authenticate(
  deps: Deps,
  credentials: Credentials | null,
  client: AuditClient,
): Promise<Actor> {
  if (credentials === null)
    throw new RegistryError('unauthenticated', {
      message:
        'Sign in: send an API token as "Authorization: Bearer …", or name and password (MLflow: MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD).',
    });
  switch (credentials.kind) {
    case 'session':
      return bySession(deps, credentials.secret, client);
    case 'bearer':
      return deps.identityProvider !== null && JWT.test(credentials.token)
        ? byAccessToken(deps, deps.identityProvider, credentials.token, client)
        : byToken(deps, credentials.token, client, null);
    case 'basic':
      return isApiToken(credentials.password)
        ? byToken(deps, credentials.password, client, credentials.name)
        : byPassword(deps, credentials, client);
  }
}

async function byToken(deps: Deps, secret: string, client: AuditClient, name: string | null): Promise<Actor> {
  const found = isApiToken(secret)
    ? await deps.store.read(({ apiTokens }) => apiTokens.findIdentity(deps.digests.sha256(secret)))
    : null;
  const nowMs = deps.clock.now();
  if (found === null || found.token.revokedAtMs !== null || found.token.expiresAtMs <= nowMs) throw wrong();
  if (name !== null && name !== ANY_OWNER && subjectNameKey(name) !== subjectNameKey(found.subject.name))
    throw wrong();
  const { tokenId, scopes, modelPattern: pattern } = found.token;
  deps.tokenUses.note(tokenId, nowMs);
  return signedIn(deps, found, client, { tokenId, scopes, pattern });
}

async function byAccessToken(
  deps: Deps,
  provider: IdentityProvider,
  token: string,
  client: AuditClient,
): Promise<Actor> {
  const claims = await provider.verifyAccessToken(token);
  return signedIn(
    deps,
    await recognizeExternal(deps, claims, { arrival: 'service_account', client }),
    client,
  );
}

async function byPassword(
  deps: Deps,
  { name, password }: { readonly name: string; readonly password: string },
  client: AuditClient,
): Promise<Actor> {
  return signedIn(deps, await verifyPassword(deps, { name, password, address: client.address }), client);
}

/**
 * The identity that name and password belong to. An unknown name takes as long as a wrong password.
 * @throws `unauthenticated`, `too_many_attempts`.
 */
export async function verifyPassword(
  deps: Deps,
  {
    name,
    password,
    address,
  }: { readonly name: string; readonly password: string; readonly address: string | null },
): Promise<PasswordIdentity> {
  if (!deps.signInRules.passwords)
    throw new RegistryError('unauthenticated', {
      message: 'Passwords are not taken here; sign in at the identity provider, or send an API token.',
    });
  const nameKey = subjectNameKey(name);
  const place = { nameKey, address: address ?? '' };
  const nowMs = deps.clock.now();
  const waitMs = deps.attempts.waitMs(place, nowMs);
  if (waitMs > 0) throw tooMany(waitMs);
  const found = await deps.store.read(({ subjects }) => subjects.findIdentity(nameKey));
  const isRight = await isPasswordOf(deps, found, normalizePassword(password));
  if (!isRight || found === null || found.subject.disabledAtMs !== null) {
    deps.attempts.noteFailure(place, nowMs);
    throw wrong();
  }
  deps.attempts.noteSuccess(place, nowMs);
  return found;
}

async function isPasswordOf(deps: Deps, found: PasswordIdentity | null, password: string): Promise<boolean> {
  const hash = found?.passwordHash ?? deps.passwords.decoy;
  if (deps.verified.has(hash, password, deps.clock.now())) return true;
  if (!(await deps.passwords.verify(password, hash))) return false;
  deps.verified.note(hash, password, deps.clock.now());
  return true;
}

async function bySession(deps: Deps, secret: string, client: AuditClient): Promise<Actor> {
  const found = await deps.store.read(({ sessions }) => sessions.findIdentity(deps.digests.sha256(secret)));
  if (found === null || found.session.expiresAtMs <= deps.clock.now()) throw wrong();
  return signedIn(deps, found, client);
}

/** @throws `unauthenticated` for whoever is disabled. */
function signedIn(
  deps: Pick<Deps, 'signInRules'>,
  identity: Identity,
  client: AuditClient,
  token: Actor['token'] = null,
): Actor {
  if (identity.subject.disabledAtMs !== null) throw wrong();
  return { ...actorOf(deps, identity), client, token };
}

/** Who somebody is, with all that was granted, by whatever door they came. */
export function actorOf(deps: Pick<Deps, 'signInRules'>, identity: Identity): Actor {
  const { subject, grants, groups } = identity;
  return {
    subjectId: subject.subjectId,
    kind: subject.kind,
    displayName: subject.name,
    ownerId: subject.ownerId,
    groups,
    grants: [...grants, ...settingsGrants(deps.signInRules, identity)],
    token: null,
  };
}

function wrong(): RegistryError<'unauthenticated'> {
  return new RegistryError('unauthenticated', { message: WRONG });
}

function tooMany(waitMs: number): RegistryError<'too_many_attempts'> {
  const retryAfterSeconds = Math.ceil(waitMs / 1_000);
  return new RegistryError('too_many_attempts', {
    message: `Too many wrong passwords from this address; try again in ${retryAfterSeconds} seconds.`,
    retryAfterSeconds,
  });
}
