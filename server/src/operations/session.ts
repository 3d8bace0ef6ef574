import type { AuditClient } from '../domain/audit-event.ts';
import { RegistryError } from '../domain/errors.ts';
import { toBase64 } from '../domain/signed-note.ts';
import { recordEvent } from './audit.ts';
import { actorOf, verifyPassword } from './authentication.ts';
import { recognizeExternal } from './external-identity.ts';
import type { SignInAttempt } from './ports/identity-provider.ts';
import type { Identity } from './ports/subject.ts';
import type { Deps } from './ports.ts';

/** A browser stays signed in for a working day. */
const LIFETIME_MS = 12 * 60 * 60 * 1_000;
const SWEPT_AT_ONCE = 100;

/** What a browser keeps to be known again, and until when. */
export interface BegunSession {
  readonly secret: string;
  readonly expiresAtMs: number;
}

/** Signs in with name and password. @throws `unauthenticated`, `too_many_attempts`. */
export async function signIn(
  deps: Deps,
  input: { readonly name: string; readonly password: string },
  client: AuditClient,
): Promise<BegunSession & { readonly identity: Identity }> {
  const identity = await verifyPassword(deps, { ...input, address: client.address });
  return { ...(await beginSession(deps, identity, client)), identity };
}

/**
 * Begins to sign in at the identity provider: where to send the browser, and what it keeps meanwhile.
 * @throws `resource_not_found` where browsers do not sign in so, `unavailable`.
 */
export async function beginExternalSignIn(
  deps: Deps,
): Promise<{ readonly url: string; readonly attempt: SignInAttempt }> {
  const begun = (await deps.identityProvider?.begin()) ?? null;
  if (begun === null)
    throw new RegistryError('resource_not_found', {
      message:
        'Nobody signs in at an identity provider here (REGISTRY_AUTH=oidc and REGISTRY_OIDC_CLIENT_ID).',
    });
  return begun;
}

/** Signs in whoever comes back from the identity provider. @throws `unauthenticated`, `unavailable`. */
export async function finishExternalSignIn(
  deps: Deps,
  { query, attempt }: { readonly query: string; readonly attempt: SignInAttempt | null },
  client: AuditClient,
): Promise<BegunSession> {
  const provider = deps.identityProvider;
  if (attempt === null || provider === null)
    throw new RegistryError('unauthenticated', {
      message: 'This sign-in was not begun in this browser, or too long ago; begin again.',
    });
  const claims = await provider.finish(query, attempt);
  const identity = await recognizeExternal(deps, claims, { arrival: 'user', client });
  if (identity.subject.disabledAtMs !== null)
    throw new RegistryError('unauthenticated', { message: 'This account is disabled.' });
  return beginSession(deps, identity, client);
}

/** Keeps a browser of somebody who was recognised. */
async function beginSession(deps: Deps, identity: Identity, client: AuditClient): Promise<BegunSession> {
  const secret = toBase64(deps.ids.secret()).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  const nowMs = deps.clock.now();
  const expiresAtMs = nowMs + LIFETIME_MS;
  const { subject } = identity;
  await deps.store.write(async (writer) => {
    await writer.sessions.sweep(nowMs, SWEPT_AT_ONCE);
    await writer.sessions.insert({
      secretSha256: deps.digests.sha256(secret),
      subjectId: subject.subjectId,
      createdAtMs: nowMs,
      expiresAtMs,
    });
    await recordEvent(
      deps,
      writer,
      { ...actorOf(deps, identity), client },
      {
        action: 'session.create',
        object: { kind: 'subject', id: subject.subjectId },
      },
    );
  });
  return { secret, expiresAtMs };
}

/** Signs out; a session that is none is fine. */
export async function endSession(deps: Deps, secret: string, client: AuditClient): Promise<void> {
  const secretSha256 = deps.digests.sha256(secret);
  await deps.store.write(async (writer) => {
    const found = await writer.sessions.findIdentity(secretSha256);
    if (found === null) return;
    await writer.sessions.delete(secretSha256);
    await recordEvent(
      deps,
      writer,
      { ...actorOf(deps, found), client },
      {
        action: 'session.delete',
        object: { kind: 'subject', id: found.subject.subjectId },
      },
    );
  });
}
