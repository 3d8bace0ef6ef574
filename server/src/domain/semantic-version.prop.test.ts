import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RegistryError } from './errors.ts';
import {
  compareSemanticVersions,
  looksSemantic,
  nextSemanticVersion,
  parseSemanticVersion,
  renderSemanticVersion,
} from './semantic-version.ts';

const number = fc.integer({ min: 0, max: 2_147_483_647 });
const identifier = fc.oneof(
  fc.integer({ min: 0, max: 10_000 }).map(String),
  fc.stringMatching(/^[a-z-][0-9a-z-]{0,8}$/),
);
const label = fc.record({
  major: number,
  minor: number,
  patch: number,
  prerelease: fc.array(identifier, { maxLength: 4 }).map((parts) => parts.join('.')),
});

test('what is rendered is parsed to the same', () => {
  fc.assert(
    fc.property(label, (version) => {
      expect(parseSemanticVersion(renderSemanticVersion(version))).toEqual(version);
      expect(looksSemantic(renderSemanticVersion(version))).toBe(true);
    }),
  );
});

test('any text is parsed or refused with a sentence, never anything else', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
      try {
        expect(renderSemanticVersion(parseSemanticVersion(text))).toBe(text);
      } catch (error) {
        expect(error).toBeInstanceOf(RegistryError);
      }
    }),
  );
});

test('precedence is a total order', () => {
  fc.assert(
    fc.property(label, label, label, (a, b, c) => {
      expect(Math.sign(compareSemanticVersions(a, b))).toBe(-Math.sign(compareSemanticVersions(b, a)) + 0);
      if (compareSemanticVersions(a, b) <= 0 && compareSemanticVersions(b, c) <= 0)
        expect(compareSemanticVersions(a, c)).toBeLessThanOrEqual(0);
    }),
  );
});

test('the next label is greater than the greatest', () => {
  fc.assert(
    fc.property(label, (version) => {
      fc.pre(version.minor < 2_147_483_647);
      expect(compareSemanticVersions(nextSemanticVersion(version), version)).toBeGreaterThan(0);
    }),
  );
});

test.each([
  [null, false, '1.0.0'],
  ['1.4.2', false, '1.5.0'],
  ['1.4.2', true, '2.0.0'],
  ['2.0.0-rc.1', false, '2.0.0'],
  ['2.0.0-rc.1', true, '2.0.0'],
])('after %s, breaking: %s, comes %s', (greatest, isBreaking, next) => {
  const version = greatest === null ? null : parseSemanticVersion(greatest);
  expect(renderSemanticVersion(nextSemanticVersion(version, isBreaking))).toBe(next);
});

test('the example of semver.org section 11 is in order', () => {
  const order = [
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
  ];
  const sorted = order
    .toReversed()
    .map((text) => parseSemanticVersion(text))
    .toSorted(compareSemanticVersions);
  expect(sorted.map(renderSemanticVersion)).toEqual(order);
});

test.each([
  '1.0',
  '1.0.0+build',
  '01.0.0',
  '1.0.0-01',
  '1.0.0-',
  'v1.0.0',
  '1.0.0 ',
  '2147483648.0.0',
  '١.0.0',
  '1.0.0-a..b',
  '',
])('%j is refused', (text) => {
  expect(() => parseSemanticVersion(text)).toThrow(RegistryError);
});
