import type { Actor } from '../domain/actor.ts';
import { parseTokenScopes, renderApiToken, shownPrefix } from '../domain/api-token.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import { isPermitted } from '../domain/permission.ts';
import type { Subject } from '../domain/subject.ts';
import { recordEvent } from './audit.ts';
import type { ApiToken } from './ports/api-token.ts';
import type { Deps, Reader } from './ports.ts';
import { modelResource } from './registered-model.ts';
import { requireAccount } from './subject.ts';

export interface NewApiToken {
  /** Whose; null: the actor's own. */
  readonly subjectId: string | null;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly modelPattern: string | null;
  /** From now; null: 90 days. */
  readonly lifetimeMs: number | null;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
const DEFAULT_LIFETIME_MS = 90 * DAY_MS;
const GREATEST_LIFETIME_MS = 366 * DAY_MS;
const LEAST_LIFETIME_MS = 60_000;
const NAME_LENGTH = 128;

/**
 * Makes a token and answers its secret, which is known to nobody afterwards. A token cannot make tokens: whoever
 * found one could keep itself in for ever.
 * @throws `invalid_argument`, `permission_denied`, `resource_not_found`.
 */
export async function createApiToken(
  deps: Deps,
  actor: Actor,
  input: NewApiToken,
): Promise<{ readonly token: ApiToken; readonly secret: string }> {
  const scopes = parseTokenScopes(input.scopes);
  const lifetimeMs = checkLifetime(input.lifetimeMs ?? DEFAULT_LIFETIME_MS);
  checkName(input.name);
  if ((actor.token ?? null) !== null)
    throw new RegistryError('permission_denied', {
      message: 'A token cannot make tokens; sign in to do so.',
    });
  const secret = renderApiToken(deps.ids.secret());
  return deps.store.write(async (writer) => {
    const subject = await requireManaged(writer, actor, input.subjectId ?? actor.subjectId);
    const nowMs = deps.clock.now();
    const token: ApiToken = {
      tokenId: deps.ids.uuid(),
      subjectId: subject.subjectId,
      name: input.name,
      shownPrefix: shownPrefix(secret),
      scopes,
      modelPattern: input.modelPattern,
      createdAtMs: nowMs,
      createdBy: actor.subjectId,
      expiresAtMs: nowMs + lifetimeMs,
      revokedAtMs: null,
      lastUsedAtMs: null,
    };
    await writer.apiTokens.insert({ ...token, secretSha256: deps.digests.sha256(secret) });
    await recordEvent(deps, writer, actor, {
      action: 'api_token.create',
      object: { kind: 'api_token', id: token.tokenId },
      after: {
        subject_id: subject.subjectId,
        scopes,
        model_pattern: token.modelPattern,
        expires_at: new Date(token.expiresAtMs).toISOString(),
      },
    });
    return { token, secret };
  });
}

/** One's own, those of one's service accounts; an admin's: everybody's. The newest first. */
export async function listApiTokens(
  deps: Deps,
  actor: Actor,
  page: { readonly subjectId: string | null; readonly offset: number; readonly limit: number },
): Promise<ApiToken[]> {
  return deps.store.read(async (reader) => {
    const { subjectId } = await requireManaged(reader, actor, page.subjectId ?? actor.subjectId);
    return reader.apiTokens.list({ subjectIds: [subjectId], offset: page.offset, limit: page.limit });
  });
}

/** At once, on every server. Revoked before is fine. @throws `resource_not_found`, also for others' tokens. */
export async function revokeApiToken(deps: Deps, actor: Actor, tokenId: string): Promise<void> {
  const absent = new RegistryError('resource_not_found', { message: `There is no token ${tokenId}.` });
  await deps.store.write(async (writer) => {
    const token = await writer.apiTokens.find(tokenId);
    const subject = token === null ? null : await writer.subjects.find(token.subjectId);
    if (subject === null || !manages(actor, subject)) throw absent;
    if (await writer.apiTokens.revoke(tokenId, deps.clock.now()))
      await recordEvent(deps, writer, actor, {
        action: 'api_token.revoke',
        object: { kind: 'api_token', id: tokenId },
      });
  });
}

/** Of users, their own tokens; of service accounts, their owners'; of all, an admin's. */
function manages(actor: Actor, subject: Subject): boolean {
  return (
    subject.subjectId === actor.subjectId ||
    (subject.kind === 'service_account' && subject.ownerId === actor.subjectId) ||
    isPermitted(actor, 'manage-access', modelResource('*'))
  );
}

async function requireManaged(
  reader: Pick<Reader, 'subjects'>,
  actor: Actor,
  subjectId: string,
): Promise<Subject> {
  const subject = await requireAccount(reader, subjectId);
  if (!manages(actor, subject))
    throw new RegistryError('resource_not_found', { message: `There is no account ${subjectId}.` });
  if (subject.disabledAtMs !== null)
    throw new RegistryError('resource_conflict', { message: `The account ${subjectId} is disabled.` });
  return subject;
}

function checkLifetime(lifetimeMs: number): number {
  if (!(lifetimeMs >= LEAST_LIFETIME_MS && lifetimeMs <= GREATEST_LIFETIME_MS))
    throw invalidArgument('A token is good for one minute to 366 days.', 'expires_in');
  return lifetimeMs;
}

function checkName(name: string): void {
  if (name === '' || [...name].length > NAME_LENGTH || /\p{C}/u.test(name))
    throw invalidArgument(`The name of a token has 1 to ${NAME_LENGTH} printable characters.`, 'name');
}
