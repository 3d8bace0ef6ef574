import { OPERATOR } from '../domain/actor.ts';
import { parseNewPassword } from '../domain/password.ts';
import { parseSubjectName, type Subject, subjectNameKey } from '../domain/subject.ts';
import { recordEvent } from './audit.ts';
import { insertGrant } from './grant.ts';
import type { Deps } from './ports.ts';
import { subjectObject } from './subject.ts';

/**
 * Makes the first admin, unless there is one; of several servers that start at the same time, one does.
 * @throws `invalid_argument` for a name or password that is none.
 */
export async function bootstrapAdmin(
  deps: Deps,
  input: { readonly name: string; readonly password: string },
): Promise<'made' | 'not_needed' | 'name_taken'> {
  if (await hasAdmin(deps)) return 'not_needed';
  const name = parseSubjectName(input.name, 'REGISTRY_BOOTSTRAP_ADMIN');
  const passwordHash = await deps.passwords.hash(
    parseNewPassword(input.password, name, 'REGISTRY_BOOTSTRAP_ADMIN_PASSWORD'),
  );
  return deps.store.write(async (writer) => {
    if (await writer.subjects.hasAdmin()) return 'not_needed';
    const subject: Subject = {
      subjectId: deps.ids.uuid(),
      kind: 'user',
      name,
      ownerId: null,
      createdAtMs: deps.clock.now(),
      disabledAtMs: null,
    };
    // The name is unique: of those who insert it at the same time, one does.
    if (
      !(await writer.subjects.insert({
        ...subject,
        nameKey: subjectNameKey(name),
        passwordHash,
        external: null,
      }))
    )
      return 'name_taken';
    await recordEvent(deps, writer, OPERATOR, {
      action: 'subject.create',
      object: subjectObject(subject),
      after: { kind: 'user', owner_id: null },
    });
    for (const resource of ['model', 'experiment'] as const)
      await insertGrant(deps, writer, OPERATOR, {
        to: { kind: 'subject', subjectId: subject.subjectId },
        role: 'admin',
        resource,
        pattern: '*',
      });
    return 'made';
  });
}

/** Whether anybody can manage access. */
export async function hasAdmin(deps: Pick<Deps, 'store'>): Promise<boolean> {
  return deps.store.read(({ subjects }) => subjects.hasAdmin());
}
