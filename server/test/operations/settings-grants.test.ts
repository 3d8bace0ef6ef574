import { expect, test } from 'vitest';
import type { Actor } from '../../src/domain/actor.ts';
import { isPermitted, type Verb } from '../../src/domain/permission.ts';
import type { Subject } from '../../src/domain/subject.ts';
import { settingsGrants } from '../../src/operations/settings-grants.ts';

const RULES = {
  isOff: false,
  passwords: true,
  productionApprovers: new Set(['ada', 'bot']),
  groupRoles: new Map([
    ['farm-ops', 'writer'],
    ['ml-admins', 'admin'],
  ] as const),
};
const may = (
  verb: Verb,
  { name, kind = 'user', groups = [] }: { name: string; kind?: Subject['kind']; groups?: string[] },
  more: Partial<Actor> = {},
) => {
  const subject: Subject = {
    subjectId: 's',
    kind,
    name,
    ownerId: null,
    createdAtMs: 0,
    disabledAtMs: null,
  };
  const grants = settingsGrants(RULES, { subject, groups, grants: [] });
  const actor = { subjectId: 's', kind, displayName: name, grants, ...more };
  return isPermitted(actor, verb, { kind: 'model', name: 'm' });
};

test('users who are named approve on all models, whatever the case of their names; nobody else does', () => {
  expect(may('delete', { name: 'Ada' })).toBe(true);
  expect(may('delete', { name: 'mia' })).toBe(false);
  expect(may('delete', { name: 'bot', kind: 'service_account' })).toBe(false);
  const token = { tokenId: 't', scopes: ['read'], pattern: null } as const;
  expect(may('delete', { name: 'ada' }, { token })).toBe(false);
});

test('members of a group have its role, on everything, and no other', () => {
  expect(may('register-version', { name: 'mia', groups: ['guests', 'farm-ops'] })).toBe(true);
  expect(may('delete', { name: 'mia', groups: ['farm-ops'] })).toBe(false);
  expect(may('manage-access', { name: 'mia', groups: ['farm-ops', 'ml-admins'] })).toBe(true);
  expect(may('read-metadata', { name: 'mia', groups: ['ML-admins', '__proto__'] })).toBe(false);
});
