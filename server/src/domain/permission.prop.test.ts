import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Actor, type Grant, ROLES } from './actor.ts';
import { isPermitted, matchesPattern } from './permission.ts';

const actor = (...grants: Grant[]): Actor => ({ subjectId: 's', kind: 'user', displayName: 's', grants });

describe('patterns', () => {
  test.each([
    ['*', 'anything', true],
    ['*', '', true],
    ['vision-*', 'vision-', true],
    ['vision-*', 'Vision-x', false],
    ['vision-*', 'my-vision-x', false],
    ['*-count', 'layer-count', true],
    ['a*b*c', 'aXbYc', true],
    ['a*b*c', 'acb', false],
    ['ab*ba', 'aba', false],
    ['exact', 'exact', true],
    ['exact', 'exactly', false],
    ['', '', true],
    ['a.c', 'abc', false],
  ])('%s against %s is %s', (pattern, name, expected) => {
    expect(matchesPattern(pattern, name)).toBe(expected);
  });

  test('a pattern made from a name by putting stars in matches that name', () => {
    const parts = fc.array(fc.string({ maxLength: 5 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(parts, (pieces) => {
        const plain = pieces.map((piece) => piece.replaceAll('*', ''));
        expect(matchesPattern(plain.join('*'), plain.join(''))).toBe(true);
      }),
    );
  });
});

describe('roles', () => {
  test('each has what the former has', () => {
    const verbs = [
      'read-metadata',
      'read-artifact',
      'write-artifact',
      'register-version',
      'edit-metadata',
      'delete',
    ] as const;
    for (const verb of verbs) {
      const allowed = ROLES.map((role) =>
        isPermitted(actor({ role, resource: 'model', pattern: '*' }), verb, { kind: 'model', name: 'm' }),
      );
      expect(allowed.indexOf(true)).toBeGreaterThanOrEqual(0);
      expect(allowed.slice(allowed.indexOf(true))).not.toContain(false);
    }
  });

  test('a grant on models says nothing about experiments, and no grant says nothing', () => {
    const experiment = { kind: 'experiment', name: 'e' } as const;
    expect(
      isPermitted(actor({ role: 'admin', resource: 'model', pattern: '*' }), 'read-metadata', experiment),
    ).toBe(false);
    expect(isPermitted(actor(), 'read-metadata', experiment)).toBe(false);
  });
});
