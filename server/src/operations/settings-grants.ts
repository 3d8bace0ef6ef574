import type { Grant } from '../domain/actor.ts';
import { subjectNameKey } from '../domain/subject.ts';
import type { SignInRules } from './ports/sign-in.ts';
import type { Identity } from './ports/subject.ts';

/**
 * What the settings grant beyond what is stored (v1-api section 6): users whom `PRODUCTION_APPROVERS` names approve on
 * all models, and groups have the roles of `REGISTRY_OIDC_GROUP_ROLES`. The first is for people only: what a service
 * account does is nobody's vote.
 */
export function settingsGrants(rules: SignInRules, { subject, groups }: Identity): readonly Grant[] {
  const grants: Grant[] = [];
  if (subject.kind === 'user' && rules.productionApprovers.has(subjectNameKey(subject.name)))
    grants.push({ role: 'approver', resource: 'model', pattern: '*' });
  for (const role of new Set(groups.map((group) => rules.groupRoles.get(group))))
    if (role !== undefined)
      grants.push({ role, resource: 'model', pattern: '*' }, { role, resource: 'experiment', pattern: '*' });
  return grants;
}
