import type { Actor, Grant } from '../domain/actor.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import { recordEvent } from './audit.ts';
import type { GivenGrant, Grantee } from './ports/grant.ts';
import type { Deps, Writer } from './ports.ts';
import { authorizeAccess, keepingAnAdmin, requireAccount } from './subject.ts';

const PATTERN_LENGTH = 256;
const GROUP_LENGTH = 256;

/** @throws `permission_denied`, `invalid_argument`, `resource_not_found` for a subject that there is not. */
export async function createGrant(
  deps: Deps,
  actor: Actor,
  input: Grant & { readonly to: Grantee },
): Promise<GivenGrant> {
  authorizeAccess(actor);
  checkPattern(input.pattern);
  const { to } = input;
  if (to.kind === 'group' && (to.group === '' || [...to.group].length > GROUP_LENGTH))
    throw invalidArgument(`The name of a group has 1 to ${GROUP_LENGTH} characters.`, 'group');
  return deps.store.write(async (writer) => {
    if (to.kind === 'subject') await requireAccount(writer, to.subjectId);
    return insertGrant(deps, writer, actor, input);
  });
}

/** Writes a checked grant in the caller's unit of work. */
export async function insertGrant(
  deps: Deps,
  writer: Pick<Writer, 'grants' | 'audit'>,
  actor: Actor,
  { to, role, resource, pattern }: Grant & { readonly to: Grantee },
): Promise<GivenGrant> {
  const grant: GivenGrant = {
    grantId: deps.ids.uuid(),
    to,
    role,
    resource,
    pattern,
    createdAtMs: deps.clock.now(),
    createdBy: actor.subjectId,
  };
  await writer.grants.insert(grant);
  await recordEvent(deps, writer, actor, {
    action: 'grant.create',
    object: { kind: 'grant', id: grant.grantId },
    after: describe(grant),
  });
  return grant;
}

/** @throws `permission_denied`, `resource_not_found`, `resource_conflict` for the last admin's. */
export async function deleteGrant(deps: Deps, actor: Actor, grantId: string): Promise<void> {
  authorizeAccess(actor);
  await deps.store.write(async (writer) => {
    const grant = await writer.grants.find(grantId);
    if (grant === null)
      throw new RegistryError('resource_not_found', { message: `There is no grant ${grantId}.` });
    await keepingAnAdmin(writer, () => writer.grants.delete(grantId));
    await recordEvent(deps, writer, actor, {
      action: 'grant.delete',
      object: { kind: 'grant', id: grantId },
      before: describe(grant),
    });
  });
}

/** In the order in which they were given; `after` is the id of the last one seen. @throws `permission_denied`. */
export async function listGrants(
  deps: Deps,
  actor: Actor,
  page: { readonly after: string | null; readonly limit: number },
): Promise<GivenGrant[]> {
  authorizeAccess(actor);
  return deps.store.read(async ({ grants }) => {
    const after = page.after === null ? null : await grants.find(page.after);
    return grants.list({ after, limit: page.limit });
  });
}

function checkPattern(pattern: string): void {
  if (pattern === '' || [...pattern].length > PATTERN_LENGTH || pattern.includes('\0'))
    throw invalidArgument(
      `A pattern has 1 to ${PATTERN_LENGTH} characters; * stands for any run of characters.`,
      'pattern',
    );
}

function describe({ to, role, resource, pattern }: GivenGrant) {
  const grantee = to.kind === 'subject' ? { subject_id: to.subjectId } : { group: to.group };
  return { ...grantee, role, resource, pattern };
}
