import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Actor, type ActorToken, type Grant, ROLES } from './actor.ts';
import { TOKEN_SCOPES } from './api-token.ts';
import { isPermitted, matchesPattern, readableNames } from './permission.ts';

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

const pattern = fc.constantFrom('*', '**', 'vision-*', '*-count', 'layer-count', 'v*n', '');
const grant = fc.record({
  role: fc.constantFrom(...ROLES),
  resource: fc.constantFrom('model' as const, 'experiment' as const),
  pattern,
});
const token: fc.Arbitrary<ActorToken> = fc.record({
  tokenId: fc.constant('t'),
  scopes: fc.subarray([...TOKEN_SCOPES]),
  pattern: fc.option(pattern),
});
const name = fc.constantFrom('layer-count', 'vision-1', 'vision', 'x-count', 'vn', '*', '', 'Vision-1');
const kind = fc.constantFrom('model' as const, 'experiment' as const);
const verb = fc.constantFrom(
  'read-metadata' as const,
  'edit-metadata' as const,
  'delete' as const,
  'manage-access' as const,
);

describe('a token', () => {
  test('never permits what its owner may not do', () => {
    fc.assert(
      fc.property(fc.array(grant), token, verb, kind, name, (grants, narrowing, asked, of, called) => {
        const resource = { kind: of, name: called };
        const narrowed = isPermitted({ ...actor(...grants), token: narrowing }, asked, resource);
        if (narrowed) expect(isPermitted(actor(...grants), asked, resource)).toBe(true);
        const whole = { tokenId: 't', scopes: TOKEN_SCOPES, pattern: null };
        expect(isPermitted({ ...actor(...grants), token: whole }, asked, resource)).toBe(
          isPermitted(actor(...grants), asked, resource),
        );
      }),
    );
  });

  test('is good for the verbs of its scopes alone', () => {
    const admin = actor({ role: 'admin', resource: 'model', pattern: '*' });
    const may = (scopes: ActorToken['scopes'], asked: Parameters<typeof isPermitted>[1]) =>
      isPermitted({ ...admin, token: { tokenId: 't', scopes, pattern: null } }, asked, {
        kind: 'model',
        name: 'm',
      });
    expect(may(['read'], 'read-metadata')).toBe(true);
    expect(may(['read'], 'edit-metadata')).toBe(false);
    expect(may(['write'], 'edit-metadata')).toBe(true);
    expect(may(['write'], 'read-metadata')).toBe(false);
    expect(may(['read', 'write', 'approve'], 'manage-access')).toBe(false);
  });
});

test('the names of a search are those that may be read one by one', () => {
  fc.assert(
    fc.property(fc.array(grant), fc.option(token), kind, name, (grants, narrowing, of, called) => {
      const reader: Actor = { ...actor(...grants), token: narrowing };
      const scope = readableNames(reader, of);
      const isIn = (one: string) => matchesPattern(one, called);
      const inScope = scope === null || (scope.anyOf.some(isIn) && scope.allOf.every(isIn));
      expect(inScope).toBe(isPermitted(reader, 'read-metadata', { kind: of, name: called }));
    }),
    { numRuns: 2_000 },
  );
});
