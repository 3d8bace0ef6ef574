import { type Actor, ROLES, type Role } from './actor.ts';
import { scopeOf } from './api-token.ts';

/** What can be permitted, and the least role that has it (v1-api section 5). */
const LEAST_ROLE = {
  'read-metadata': 'reader',
  'read-artifact': 'reader',
  // Asked of all models: figures hold no names, and a scraper should not be an admin.
  'read-metrics': 'reader',
  'write-artifact': 'writer',
  'register-version': 'writer',
  'edit-metadata': 'writer',
  'move-alias': 'writer',
  'request-transition': 'writer',
  execute: 'writer',
  'report-check': 'writer',
  vote: 'approver',
  rollback: 'approver',
  delete: 'approver',
  hold: 'approver',
  'lift-hold': 'admin',
  'read-webhooks': 'admin',
  'manage-webhooks': 'admin',
  override: 'admin',
  'manage-policy': 'admin',
  'manage-access': 'admin',
  'read-audit': 'admin',
} as const satisfies Record<string, Role>;

export type Verb = keyof typeof LEAST_ROLE;

/** What a permission is asked for: a registered model or an experiment by name, or `*` when it is not one. */
export interface Resource {
  readonly kind: 'model' | 'experiment';
  readonly name: string;
}

/** Whether some grant of the actor covers the verb on the resource, and the token in use does not narrow it away. */
export function isPermitted(actor: Actor, verb: Verb, resource: Resource): boolean {
  const role = LEAST_ROLE[verb];
  const least = ROLES.indexOf(role);
  return (
    isWithinToken(actor, role, resource.name) &&
    actor.grants.some(
      (grant) =>
        grant.resource === resource.kind &&
        ROLES.indexOf(grant.role) >= least &&
        matchesPattern(grant.pattern, resource.name),
    )
  );
}

/** The greatest role that the actor has on a model, as far as the token in use lets it; null: none. */
export function roleOn(actor: Actor, model: string): Role | null {
  const granted = actor.grants.filter(
    ({ role, resource, pattern }) =>
      resource === 'model' && matchesPattern(pattern, model) && isWithinToken(actor, role, model),
  );
  return ROLES.findLast((role) => granted.some((grant) => grant.role === role)) ?? null;
}

function isWithinToken({ token }: Actor, role: Role, name: string): boolean {
  if (token === undefined || token === null) return true;
  return (
    token.scopes.includes(scopeOf(role)) && (token.pattern === null || matchesPattern(token.pattern, name))
  );
}

/** Names that match one of `anyOf` and all of `allOf`, in which `*` is any run of characters. */
export interface NameScope {
  readonly anyOf: readonly string[];
  readonly allOf: readonly string[];
}

/** The names of a kind that the actor may read, for searches; null when it may read all. */
export function readableNames(actor: Actor, kind: Resource['kind']): NameScope | null {
  // Every role may read, so every grant counts.
  const granted = actor.grants.filter(({ resource }) => resource === kind).map(({ pattern }) => pattern);
  const { token } = actor;
  const isReading = token === undefined || token === null || token.scopes.includes('read');
  const anyOf = !isReading ? [] : granted.includes('*') ? ['*'] : [...new Set(granted)];
  const allOf = token?.pattern === undefined || token.pattern === null ? [] : [token.pattern];
  return anyOf.includes('*') && allOf.every((pattern) => pattern === '*') ? null : { anyOf, allOf };
}

/** Whole-name match, `*` any run of characters, case-sensitive; linear in the name for each `*`. */
export function matchesPattern(pattern: string, name: string): boolean {
  const parts = pattern.split('*');
  const first = parts[0] ?? '';
  if (parts.length === 1) return name === first;
  const last = parts[parts.length - 1] ?? '';
  if (!name.startsWith(first)) return false;
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const at = name.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return name.length - last.length >= from && name.endsWith(last);
}
