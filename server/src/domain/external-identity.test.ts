import { describe, expect, test } from 'vitest';
import { accountNames, parseReturnPath, readClaims } from './external-identity.ts';
import { parseSubjectName } from './subject.ts';

const ISSUER = 'https://id.farm.example';
const read = (claims: Record<string, unknown>, claim = 'groups') => readClaims(ISSUER, claims, claim);

describe('claims of a provider', () => {
  test('tell who it is, what it may be called, and its groups', () => {
    const claims = {
      sub: 'u-1',
      preferred_username: 'mia',
      email: 'mia@farm.example',
      groups: ['b', 'a', 'b'],
    };
    expect(read(claims)).toEqual({
      issuer: ISSUER,
      externalId: 'u-1',
      names: ['mia', 'mia@farm.example', 'u-1'],
      groups: ['a', 'b'],
    });
  });

  test.each([
    ['groups', { groups: 'farm-ops' }, ['farm-ops']],
    ['groups', {}, null],
    ['groups', { groups: { farm: true } }, null],
    ['groups', { groups: ['ok', 7, '', null, 'a\u0000b', 'x'.repeat(257), '\ud800'] }, ['ok']],
    ['https://farm.example/groups', { 'https://farm.example/groups': ['a'] }, ['a']],
    ['realm_access.roles', { realm_access: { roles: ['a'] } }, ['a']],
    ['realm_access.roles', { realm_access: null }, null],
    ['constructor.name', {}, null],
    ['__proto__', {}, null],
  ])('groups by %s of %j are %j', (claim, claims, groups) => {
    expect(read({ sub: 'u-1', ...claims }, claim)?.groups).toEqual(groups);
  });

  test.each([undefined, '', 7, 'x'.repeat(256), 'a\nb', 'a\u0000'])('with sub %j are nobody’s', (sub) => {
    expect(read({ sub })).toBeNull();
  });
});

describe('the name of an account', () => {
  const names = (...given: string[]) => accountNames({ names: given }, 'uuid');

  test('is what the provider calls it, else numbered, else nobody’s', () => {
    expect(names('mia', 'mia@farm.example')).toEqual([
      'mia',
      ...[2, 3, 4, 5, 6, 7, 8, 9].map((n) => `mia-${n}`),
      'user-uuid',
    ]);
  });

  test.each([
    ['Mia Berg', 'Mia-Berg'],
    ['  mia\u0000 ', 'mia'],
    ['repo:farm/vision:ref:refs/heads/main', 'repo-farm-vision-ref-refs-heads-main'],
    ['local', 'user-uuid'],
    ['...', 'user-uuid'],
    ['ﬁeld', 'field'],
    ['x'.repeat(500), 'x'.repeat(126)],
  ])('of %j is %j', (given, name) => {
    expect(names(given)[0]).toBe(name);
    for (const one of names(given)) expect(parseSubjectName(one)).toBe(one);
  });
});

test.each([
  '//evil.example',
  '/\\evil.example',
  'https://evil.example',
  '',
  'ui',
  '/a\nb',
  '/ü',
  `/${'x'.repeat(2_000)}`,
])('after signing in nobody is sent to %j', (path) => {
  expect(parseReturnPath(path)).toBeNull();
});

test('after signing in the way goes on to a path of this server', () => {
  expect(parseReturnPath('/ui/models/a%2Fb?x=1#y')).toBe('/ui/models/a%2Fb?x=1#y');
});
