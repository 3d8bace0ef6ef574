import type { Actor } from '../domain/actor.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import { normalizePassword, parseNewPassword } from '../domain/password.ts';
import { type Subject, subjectNameKey } from '../domain/subject.ts';
import { recordEvent } from './audit.ts';
import type { Deps } from './ports.ts';
import { authorizeAccess, requireAccount, subjectObject } from './subject.ts';

/**
 * Sets one's own password, knowing the present one; all sessions end.
 * @throws `invalid_argument`, `unauthenticated` when the present one is wrong, `permission_denied` with a token.
 */
export async function changePassword(
  deps: Deps,
  actor: Actor,
  input: { readonly present: string; readonly password: string },
): Promise<void> {
  if (actor.kind !== 'user' || (actor.token ?? null) !== null)
    throw new RegistryError('permission_denied', {
      message: 'Only a user who signed in with the present password changes it.',
    });
  const known = await deps.store.read(({ subjects }) =>
    subjects.findIdentity(subjectNameKey(actor.displayName)),
  );
  const isRight = await deps.passwords.verify(
    normalizePassword(input.present),
    known?.passwordHash ?? deps.passwords.decoy,
  );
  if (!isRight || known?.subject.subjectId !== actor.subjectId)
    throw invalidArgument('The present password is wrong.', 'present');
  await storePassword(deps, actor, {
    subjectId: actor.subjectId,
    name: actor.displayName,
    password: input.password,
  });
}

/** Sets somebody's password; all its sessions end. @throws `permission_denied`, `resource_not_found`, `invalid_argument`. */
export async function resetPassword(
  deps: Deps,
  actor: Actor,
  input: { readonly subjectId: string; readonly password: string },
): Promise<Subject> {
  authorizeAccess(actor);
  const subject = await deps.store.read((reader) => requireAccount(reader, input.subjectId));
  const { name, kind } = subject;
  if (kind !== 'user') throw invalidArgument('A service account has tokens and no password.', 'password');
  await storePassword(deps, actor, { ...input, name });
  return subject;
}

async function storePassword(
  deps: Deps,
  actor: Actor,
  { subjectId, name, password }: { subjectId: string; name: string; password: string },
): Promise<void> {
  const hash = await deps.passwords.hash(parseNewPassword(password, name));
  await deps.store.write(async (writer) => {
    await writer.subjects.setPassword(subjectId, hash);
    await writer.sessions.deleteAll(subjectId);
    await recordEvent(deps, writer, actor, {
      action: 'subject.set_password',
      object: subjectObject({ subjectId }),
    });
  });
}
