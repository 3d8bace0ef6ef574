import { expect, test } from 'vitest';
import type { Actor } from '../../src/domain/actor.ts';
import { isPermitted } from '../../src/domain/permission.ts';
import { productionApprovers } from '../../src/operations/production-approvers.ts';

const actor = (displayName: string, more: Partial<Actor> = {}): Actor => ({
  subjectId: 's',
  kind: 'user',
  displayName,
  grants: [],
  ...more,
});
const mayDelete = (who: Actor) => isPermitted(who, 'delete', { kind: 'model', name: 'm' });

test('users who are named approve on all models, whatever the case of their names; nobody else does', () => {
  const given = productionApprovers(['Ada', 'bot']);
  expect(mayDelete(given(actor('ada')))).toBe(true);
  expect(mayDelete(given(actor('mia')))).toBe(false);
  expect(mayDelete(given(actor('bot', { kind: 'service_account' })))).toBe(false);
  const token = { tokenId: 't', scopes: ['read'], pattern: null } as const;
  expect(mayDelete(given(actor('ada', { token })))).toBe(false);
});
