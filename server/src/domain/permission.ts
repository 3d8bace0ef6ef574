import { type Actor, ROLES, type Role } from './actor.ts';

/** What can be permitted, and the least role that has it (v1-api section 5). */
const LEAST_ROLE = {
  'read-metadata': 'reader',
  'read-artifact': 'reader',
  'write-artifact': 'writer',
  'register-version': 'writer',
  'edit-metadata': 'writer',
  'move-alias': 'writer',
  'request-transition': 'writer',
  delete: 'approver',
  'read-webhooks': 'admin',
  'manage-webhooks': 'admin',
} as const satisfies Record<string, Role>;

export type Verb = keyof typeof LEAST_ROLE;

/** What a permission is asked for: a registered model or an experiment by name, or `*` when it is not one. */
export interface Resource {
  readonly kind: 'model' | 'experiment';
  readonly name: string;
}

/** Whether some grant of the actor covers the verb on the resource. */
export function isPermitted(actor: Actor, verb: Verb, resource: Resource): boolean {
  const least = ROLES.indexOf(LEAST_ROLE[verb]);
  return actor.grants.some(
    (grant) =>
      grant.resource === resource.kind &&
      ROLES.indexOf(grant.role) >= least &&
      matchesPattern(grant.pattern, resource.name),
  );
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
