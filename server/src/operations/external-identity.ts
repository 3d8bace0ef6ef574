import { OPERATOR } from '../domain/actor.ts';
import type { AuditClient } from '../domain/audit-event.ts';
import { RegistryError } from '../domain/errors.ts';
import { accountNames, type ExternalClaims } from '../domain/external-identity.ts';
import { type Subject, subjectNameKey } from '../domain/subject.ts';
import { recordEvent } from './audit.ts';
import type { Identity } from './ports/subject.ts';
import type { Deps, Writer } from './ports.ts';
import { subjectObject } from './subject.ts';

/** How somebody came: a person with a browser, or a program with an access token. */
type Arrival = 'user' | 'service_account';

/**
 * The account of somebody whom the identity provider vouches for, made when they come first. Who comes with a token
 * is taken for a program until they sign in with a browser: what a program does is nobody's vote. Groups are those
 * that the provider said last. One round trip when nothing is new.
 */
export async function recognizeExternal(
  deps: Deps,
  claims: ExternalClaims,
  { arrival, client }: { readonly arrival: Arrival; readonly client: AuditClient },
): Promise<Identity> {
  const known = await deps.store.read(({ subjects }) => subjects.findExternal(claims));
  if (known !== null && !isNews(known, claims, arrival)) return known;
  return deps.store.write(async (writer) => {
    const found =
      (await writer.subjects.findExternal(claims)) ??
      (await create(deps, writer, claims, { arrival, client }));
    await learn(deps, writer, found, { claims, arrival, client });
    const identity = await writer.subjects.findExternal(claims);
    if (identity === null) throw new Error('an account went away while it was looked at');
    return identity;
  });
}

function isNews({ subject, groups }: Identity, claims: ExternalClaims, arrival: Arrival): boolean {
  if (subject.disabledAtMs !== null) return false;
  return isPromoted(subject, arrival) || !isSame(groups, claims.groups ?? groups);
}

function isPromoted({ kind }: Subject, arrival: Arrival): boolean {
  return kind === 'service_account' && arrival === 'user';
}

function isSame(groups: readonly string[], others: readonly string[]): boolean {
  return groups.length === others.length && groups.every((group) => others.includes(group));
}

async function create(
  deps: Deps,
  writer: Writer,
  claims: ExternalClaims,
  { arrival: kind, client }: { readonly arrival: Arrival; readonly client: AuditClient },
): Promise<Identity> {
  const { issuer, externalId } = claims;
  const subjectId = deps.ids.uuid();
  for (const name of accountNames(claims, subjectId)) {
    const subject: Subject = {
      subjectId,
      kind,
      name,
      ownerId: null,
      createdAtMs: deps.clock.now(),
      disabledAtMs: null,
    };
    const external = { issuer, externalId };
    const nameKey = subjectNameKey(name);
    if (await writer.subjects.insert({ ...subject, nameKey, passwordHash: null, external })) {
      await recordEvent(
        deps,
        writer,
        { ...OPERATOR, client },
        {
          action: 'subject.create',
          object: subjectObject(subject),
          after: { kind, owner_id: null, issuer },
        },
      );
      return { subject, groups: [], grants: [] };
    }
    // Another server may have been first with the same person, or somebody else has the name.
    const made = await writer.subjects.findExternal(claims);
    if (made !== null) return made;
  }
  throw new RegistryError('resource_conflict', { message: 'No name is left for this account.' });
}

/** Writes down what the provider says now, of whoever may sign in at all. */
async function learn(
  deps: Deps,
  writer: Writer,
  { subject, groups }: Identity,
  {
    claims,
    arrival,
    client,
  }: { readonly claims: ExternalClaims; readonly arrival: Arrival; readonly client: AuditClient },
): Promise<void> {
  if (subject.disabledAtMs !== null) return;
  const actor = { ...OPERATOR, client };
  const { subjectId } = subject;
  if (isPromoted(subject, arrival)) {
    await writer.subjects.setKind(subjectId, 'user');
    await recordEvent(deps, writer, actor, {
      action: 'subject.update',
      object: subjectObject(subject),
      before: { kind: subject.kind, owner_id: subject.ownerId },
      after: { kind: 'user', owner_id: null },
    });
  }
  if (claims.groups !== null && !isSame(groups, claims.groups)) {
    await writer.subjects.setGroups(subjectId, claims.groups);
    await recordEvent(deps, writer, actor, {
      action: 'subject.update',
      object: subjectObject(subject),
      before: { groups },
      after: { groups: claims.groups },
    });
  }
}
