import type { Actor } from '../domain/actor.ts';
import { subjectNameKey } from '../domain/subject.ts';

/**
 * Gives users whom `PRODUCTION_APPROVERS` names the role approver on all models (v1-api section 6). People only: what
 * a service account does is nobody's vote.
 */
export function productionApprovers(names: readonly string[]): (actor: Actor) => Actor {
  const keys = new Set(names.map(subjectNameKey));
  return (actor) => {
    if (actor.kind !== 'user' || !keys.has(subjectNameKey(actor.displayName))) return actor;
    return { ...actor, grants: [...actor.grants, { role: 'approver', resource: 'model', pattern: '*' }] };
  };
}
