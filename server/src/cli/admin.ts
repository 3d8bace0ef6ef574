import { OPERATOR, ROLES, type Role } from '../domain/actor.ts';
import { shownPrefix } from '../domain/api-token.ts';
import { RegistryError } from '../domain/errors.ts';
import { type Subject, subjectNameKey } from '../domain/subject.ts';
import { createApiToken, revokeApiToken } from '../operations/api-token.ts';
import { createGrant, listGrants } from '../operations/grant.ts';
import { resetPassword } from '../operations/password.ts';
import type { GivenGrant, Grantee } from '../operations/ports/grant.ts';
import { createSubject, editSubject } from '../operations/subject.ts';
import { type CommandDeps, parseDuration, type Told, UsageError } from './command.ts';

/** Accounts, tokens and grants from the command line: what the operator does, each an event of the audit log. */

const PAGE = 500;

export interface NewUser {
  readonly name: string;
  readonly role?: string;
  readonly models?: string;
  readonly serviceAccount?: true;
  readonly owner?: string;
  /** Null: none was asked for. */
  readonly password: string | null;
}

export async function createUser(deps: CommandDeps, input: NewUser): Promise<Told> {
  const { name, password } = input;
  const role = input.role === undefined ? null : parseRole(input.role);
  if (input.models !== undefined && role === null) throw new UsageError('--models needs --role.');
  if (input.serviceAccount !== true && input.owner !== undefined)
    throw new UsageError('--owner needs --service-account.');
  if (input.serviceAccount !== true && password === null)
    throw new UsageError('A user needs a password: give --password-stdin.');
  if (input.serviceAccount === true && input.owner === undefined)
    throw new UsageError('A service account needs --owner.');
  const owner = input.owner === undefined ? null : await requireSubject(deps, input.owner);
  const subject = await createSubject(deps, OPERATOR, {
    kind: input.serviceAccount === true ? 'service_account' : 'user',
    name,
    ownerId: owner?.subjectId ?? null,
    password,
  });
  const pattern = input.models ?? '*';
  const to: Grantee = { kind: 'subject', subjectId: subject.subjectId };
  if (role !== null)
    for (const resource of ['model', 'experiment'] as const)
      await createGrant(deps, OPERATOR, { to, role, resource, pattern });
  const granted = role === null ? '' : `, ${role} on models and experiments ${pattern}`;
  return {
    lines: [`made ${subject.name} (${subject.subjectId})${granted}`],
    json: { id: subject.subjectId, name: subject.name, kind: subject.kind, role, pattern: role && pattern },
  };
}

export interface NewToken {
  readonly user: string;
  readonly name?: string;
  readonly scopes?: string;
  readonly models?: string;
  readonly expiresIn?: string;
}

/** The secret is the last line, alone. */
export async function createToken(deps: CommandDeps, input: NewToken): Promise<Told> {
  const { subjectId, name: owner } = await requireSubject(deps, input.user);
  const { token, secret } = await createApiToken(deps, OPERATOR, {
    subjectId,
    name: input.name ?? 'command line',
    scopes: (input.scopes ?? 'read,write').split(',').map((scope) => scope.trim()),
    modelPattern: input.models ?? null,
    lifetimeMs: input.expiresIn === undefined ? null : parseDuration(input.expiresIn),
  });
  const expiresAt = new Date(token.expiresAtMs).toISOString();
  return {
    lines: [
      `token ${token.tokenId} of ${owner}: ${token.scopes.join(', ')}, until ${expiresAt}; it is shown only now:`,
      secret,
    ],
    json: { id: token.tokenId, user: owner, scopes: token.scopes, expires_at: expiresAt, secret },
  };
}

/** By its id, or by what its secret begins with. */
export async function revokeToken(deps: CommandDeps, given: string): Promise<Told> {
  const found = await deps.store.read(async ({ apiTokens }) => {
    const byId = await apiTokens.find(given);
    return byId === null ? apiTokens.listByPrefix(shownPrefix(given)) : [byId];
  });
  const [token, ...more] = found;
  if (token === undefined)
    throw new RegistryError('resource_not_found', { message: `There is no token ${given}.` });
  if (more.length > 0)
    throw new UsageError(
      `Several tokens begin so; give an id: ${found.map(({ tokenId }) => tokenId).join(', ')}`,
    );
  await revokeApiToken(deps, OPERATOR, token.tokenId);
  return { lines: [`token ${token.tokenId} is revoked`], json: { id: token.tokenId, revoked: true } };
}

export async function disableUser(deps: CommandDeps, name: string): Promise<Told> {
  const { subjectId } = await requireSubject(deps, name);
  await editSubject(deps, OPERATOR, { subjectId, isDisabled: true });
  return { lines: [`${name} is disabled and signed out`], json: { id: subjectId, disabled: true } };
}

export async function setPassword(deps: CommandDeps, name: string, password: string): Promise<Told> {
  const { subjectId } = await requireSubject(deps, name);
  await resetPassword(deps, OPERATOR, { subjectId, password });
  return { lines: [`${name} has a new password and is signed out`], json: { id: subjectId } };
}

export interface NewGrant {
  readonly user?: string;
  readonly group?: string;
  readonly role: string;
  readonly models?: string;
  readonly experiments?: string;
}

export async function grant(deps: CommandDeps, input: NewGrant): Promise<Told> {
  const role = parseRole(input.role);
  const { models, experiments } = input;
  const pattern = models ?? experiments;
  if (pattern === undefined || (models !== undefined && experiments !== undefined))
    throw new UsageError('Give one of --models and --experiments.');
  const to = await granteeOf(deps, input);
  const resource = models === undefined ? 'experiment' : 'model';
  const { grantId } = await createGrant(deps, OPERATOR, { to, role, resource, pattern });
  return {
    lines: [`${role} on ${resource}s ${pattern} for ${input.user ?? input.group} (${grantId})`],
    json: { id: grantId, user: input.user ?? null, group: input.group ?? null, role, resource, pattern },
  };
}

async function granteeOf(deps: CommandDeps, { user, group }: NewGrant): Promise<Grantee> {
  if ((user === undefined) === (group === undefined)) throw new UsageError('Give one of --user and --group.');
  if (group !== undefined) return { kind: 'group', group };
  return { kind: 'subject', subjectId: (await requireSubject(deps, user ?? '')).subjectId };
}

export async function showGrants(deps: CommandDeps): Promise<Told> {
  const grants: GivenGrant[] = [];
  for (;;) {
    const page = await listGrants(deps, OPERATOR, { after: grants.at(-1)?.grantId ?? null, limit: PAGE });
    grants.push(...page);
    if (page.length < PAGE) break;
  }
  const ids = grants.flatMap(({ to }) => (to.kind === 'subject' ? [to.subjectId] : []));
  const names = await deps.store.read(({ subjects }) => subjects.names([...new Set(ids)]));
  const whoOf = ({ to }: GivenGrant) =>
    to.kind === 'group' ? `group ${to.group}` : (names.get(to.subjectId) ?? to.subjectId);
  return {
    lines: grants.map((one) => `${one.grantId}  ${whoOf(one)}  ${one.role}  ${one.resource}s ${one.pattern}`),
    json: grants.map((one) => ({
      id: one.grantId,
      user: one.to.kind === 'subject' ? (names.get(one.to.subjectId) ?? null) : null,
      group: one.to.kind === 'group' ? one.to.group : null,
      role: one.role,
      resource: one.resource,
      pattern: one.pattern,
    })),
  };
}

/** @throws `resource_not_found`. */
async function requireSubject(deps: CommandDeps, name: string): Promise<Subject> {
  const found = await deps.store.read(({ subjects }) => subjects.findIdentity(subjectNameKey(name)));
  if (found === null)
    throw new RegistryError('resource_not_found', { message: `There is nobody named ${name}.` });
  return found.subject;
}

function parseRole(text: string): Role {
  const role = ROLES.find((one) => one === text);
  if (role === undefined) throw new UsageError(`'${text}' is no role; there are ${ROLES.join(', ')}.`);
  return role;
}
