import type { Actor } from '../domain/actor.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import { parseNewPassword } from '../domain/password.ts';
import { parseSubjectName, type Subject, subjectNameKey } from '../domain/subject.ts';
import { recordEvent } from './audit.ts';
import { authorize } from './authorize.ts';
import type { Deps, Reader, Writer } from './ports.ts';
import { modelResource } from './registered-model.ts';

export interface NewSubject {
  readonly name: string;
  readonly kind: 'user' | 'service_account';
  /** Of a service account: the id of the user who answers for it. */
  readonly ownerId: string | null;
  /** Of a user: null when it signs in otherwise. */
  readonly password: string | null;
}

/** What a change of an account may say; absent is unchanged. */
export interface SubjectEdit {
  readonly subjectId: string;
  readonly isDisabled?: boolean;
  readonly ownerId?: string;
}

/** Whom the actor manages: admins everybody. @throws `permission_denied`. */
export function authorizeAccess(actor: Actor): void {
  authorize(actor, 'manage-access', modelResource('*'));
}

/** @throws `permission_denied`, `invalid_argument`, `resource_exists`. */
export async function createSubject(deps: Deps, actor: Actor, input: NewSubject): Promise<Subject> {
  const name = parseSubjectName(input.name);
  authorizeAccess(actor);
  const passwordHash = await hashFor(deps, { ...input, name });
  return deps.store.write(async (writer) => {
    if (input.kind === 'service_account') await requireOwner(writer, input.ownerId);
    const subject: Subject = {
      subjectId: deps.ids.uuid(),
      kind: input.kind,
      name,
      ownerId: input.kind === 'service_account' ? input.ownerId : null,
      createdAtMs: deps.clock.now(),
      disabledAtMs: null,
    };
    if (
      !(await writer.subjects.insert({
        ...subject,
        nameKey: subjectNameKey(name),
        passwordHash,
        external: null,
      }))
    )
      throw new RegistryError('resource_exists', { message: `The name ${name} is somebody's already.` });
    await recordEvent(deps, writer, actor, {
      action: 'subject.create',
      object: subjectObject(subject),
      after: { kind: subject.kind, owner_id: subject.ownerId },
    });
    return subject;
  });
}

/** Argon2 takes a moment: not inside a unit of work. */
async function hashFor(deps: Deps, { kind, name, password, ownerId }: NewSubject): Promise<string | null> {
  if (kind === 'user' && ownerId !== null)
    throw invalidArgument('A user answers for itself; only a service account has an owner.', 'owner');
  if (password === null) return null;
  if (kind === 'service_account')
    throw invalidArgument('A service account has tokens and no password.', 'password');
  return deps.passwords.hash(parseNewPassword(password, name));
}

async function requireOwner(reader: Pick<Reader, 'subjects'>, ownerId: string | null): Promise<void> {
  const owner = ownerId === null ? null : await reader.subjects.find(ownerId);
  if (owner?.kind !== 'user' || owner.disabledAtMs !== null)
    throw invalidArgument('A service account has an owner, who is a user that is not disabled.', 'owner');
}

/** Accounts by name; `after` is the name that the last page ended with. @throws `permission_denied`. */
export async function listSubjects(
  deps: Deps,
  actor: Actor,
  page: { readonly after: string | null; readonly limit: number },
): Promise<Subject[]> {
  authorizeAccess(actor);
  const after = page.after === null ? null : subjectNameKey(page.after);
  return deps.store.read(({ subjects }) => subjects.list({ after, limit: page.limit }));
}

/**
 * Disables, enables, or gives a service account another owner. Whoever is disabled is signed out, and none of its
 * tokens is good. @throws `permission_denied`, `resource_not_found`, `invalid_argument`.
 */
export async function editSubject(deps: Deps, actor: Actor, input: SubjectEdit): Promise<Subject> {
  authorizeAccess(actor);
  const { subjectId, isDisabled, ownerId } = input;
  return deps.store.write(async (writer) => {
    const subject = await requireAccount(writer, subjectId);
    if (isDisabled !== undefined && isDisabled !== (subject.disabledAtMs !== null))
      await setDisabled(deps, writer, actor, { subject, isDisabled });
    if (ownerId !== undefined && ownerId !== subject.ownerId) {
      if (subject.kind !== 'service_account')
        throw invalidArgument('Only a service account has an owner.', 'owner');
      await requireOwner(writer, ownerId);
      await writer.subjects.setOwner(subjectId, ownerId);
      await recordEvent(deps, writer, actor, {
        action: 'subject.update',
        object: subjectObject(subject),
        before: { owner_id: subject.ownerId },
        after: { owner_id: ownerId },
      });
    }
    return requireAccount(writer, subjectId);
  });
}

async function setDisabled(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  { subject, isDisabled }: { subject: Subject; isDisabled: boolean },
): Promise<void> {
  const { subjectId } = subject;
  await keepingAnAdmin(writer, () =>
    writer.subjects.setDisabled(subjectId, isDisabled ? deps.clock.now() : null),
  );
  if (isDisabled) await writer.sessions.deleteAll(subjectId);
  await recordEvent(deps, writer, actor, {
    action: isDisabled ? 'subject.disable' : 'subject.enable',
    object: subjectObject(subject),
  });
}

/**
 * Makes a change that may not take the last admin away: nobody could make one again over the API.
 * @throws `resource_conflict`.
 */
export async function keepingAnAdmin(
  writer: Pick<Writer, 'subjects'>,
  change: () => Promise<void>,
): Promise<void> {
  const hadAdmin = await writer.subjects.hasAdmin();
  await change();
  if (hadAdmin && !(await writer.subjects.hasAdmin()))
    throw new RegistryError('resource_conflict', {
      message: 'This would take away the last admin; make another one first.',
    });
}

/**
 * Disables the account for ever and erases its name; its id stays in all records.
 * @throws `permission_denied`, `resource_not_found`, `resource_conflict` for the last admin.
 */
export async function eraseSubject(deps: Deps, actor: Actor, subjectId: string): Promise<void> {
  authorizeAccess(actor);
  await deps.store.write(async (writer) => {
    const subject = await requireAccount(writer, subjectId);
    if (subject.disabledAtMs === null) await setDisabled(deps, writer, actor, { subject, isDisabled: true });
    await writer.subjects.setPassword(subjectId, null);
    await writer.subjects.setGroups(subjectId, []);
    await writer.subjects.rename(subjectId, { name: 'erased', nameKey: null });
    await recordEvent(deps, writer, actor, {
      action: 'subject.erase',
      object: { kind: 'subject', id: subjectId },
    });
  });
}

/** @throws `resource_not_found`, also for whoever is nobody's account. */
export async function requireAccount(reader: Pick<Reader, 'subjects'>, subjectId: string): Promise<Subject> {
  const subject = await reader.subjects.find(subjectId);
  if (subject === null || !['user', 'service_account'].includes(subject.kind))
    throw new RegistryError('resource_not_found', { message: `There is no account ${subjectId}.` });
  return subject;
}

/** Events keep ids and no names, so that a name can be erased. */
export function subjectObject({ subjectId }: Pick<Subject, 'subjectId'>) {
  return { kind: 'subject', id: subjectId } as const;
}
