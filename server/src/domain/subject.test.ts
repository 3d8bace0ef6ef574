import { describe, expect, test } from 'vitest';
import { parseSubjectName, subjectNameKey } from './subject.ts';

describe('the name of a subject', () => {
  test.each(['mia', 'mia.müller@farm-ops.example', 'ci-bot', '7of9', '鶏舎', 'a'.repeat(128)])(
    'may be %s',
    (name) => {
      expect(parseSubjectName(name)).toBe(name);
    },
  );

  test('is one with what looks like it', () => {
    expect(parseSubjectName('ｍｉａ')).toBe('mia');
    expect(subjectNameKey('Mia')).toBe(subjectNameKey('ｍｉａ'));
  });

  test.each([
    '',
    ' mia',
    'mia ',
    'a b',
    'a:b',
    'a/b',
    '-mia',
    '.',
    'mia\n',
    'mi\0a',
    'a'.repeat(129),
    '\u202emia',
  ])('may not be %j', (name) => {
    expect(() => parseSubjectName(name)).toThrow('A name has 1 to 128');
  });

  test.each(['token', 'Local', 'SYSTEM', 'anonymous'])('is not that of nobody: %s', (name) => {
    expect(() => parseSubjectName(name)).toThrow('is reserved');
  });
});
