import { describe, expect, test } from 'vitest';
import { asciiJson, checkKey, checkLength } from './key-rules.ts';
import { parseVersionNumber } from './model-version.ts';
import { checkModelName, checkNewAlias, kindOf } from './registered-model.ts';
import { checkRegistryTag, lastTagPerKey } from './tag.ts';

describe('keys', () => {
  test.each(['a', 'a/b', 'a b.c-d_e:f', 'größe', '鶏', '1', 'a..b'])('%j is accepted', (key) => {
    expect(() => checkKey(key)).not.toThrow();
  });

  test.each(['../a', 'a/../b', './a', 'a//b', 'a/', '/a', '.', '..', '', 'a$b', 'a\nb', 'a\0b', "a'b"])(
    '%j is refused',
    (key) => {
      expect(() => checkKey(key)).toThrow(/^Invalid value /);
    },
  );

  test('the sentence shows the value as JSON in ASCII and what it would become', () => {
    expect(() => checkKey('a//b')).toThrow(
      `Invalid value "a//b" for parameter 'key' supplied: Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to 'a/b'`,
    );
    expect(asciiJson('é')).toBe('"\\u00e9"');
  });

  test('lengths count characters, not UTF-16 units', () => {
    expect(() => checkLength('key', '🐔'.repeat(10), 10, 'key')).not.toThrow();
    expect(() => checkLength('key', '🐔'.repeat(11), 10, 'key')).toThrow(
      "'key' exceeds the maximum length of 10 characters",
    );
  });
});

describe('names of models', () => {
  test.each(['m', 'layer count', "O'Brien", '鶏', '__proto__', 'a.b', 'register'])(
    '%j is accepted',
    (name) => {
      expect(() => checkModelName(name)).not.toThrow();
    },
  );

  test.each(['', ' ', 'a/b', 'a:b', '.', '..', 'x'.repeat(257)])('%j is refused', (name) => {
    expect(() => checkModelName(name)).toThrow();
  });
});

test.each(['latest', 'LATEST', 'v1', 'V22', 'a b', '', 'a/b', 'x'.repeat(256)])(
  'alias %j is refused',
  (alias) => {
    expect(() => checkNewAlias(alias)).toThrow();
  },
);

test.each(['01', '+1', ' 1', '1 ', '1.0', '1e0', '-1', '0', '', '٣', '2147483648', '9'.repeat(30), '0x1'])(
  'version number %j is refused',
  (text) => {
    expect(() => parseVersionNumber(text)).toThrow(`Parameter 'version' must be an integer, got '${text}'.`);
  },
);

test('the greatest version number is that of the column', () => {
  expect(parseVersionNumber('2147483647')).toBe(2147483647);
});

test('the last tag of a key wins in the place of the first; reserved keys are refused', () => {
  const tags = [
    { key: 'a', value: '1' },
    { key: 'b', value: '2' },
    { key: 'a', value: '3' },
  ];
  expect(lastTagPerKey(tags)).toEqual([
    { key: 'a', value: '3' },
    { key: 'b', value: '2' },
  ]);
  expect(() => checkRegistryTag({ key: 'registry.x', value: '' })).toThrow('reserved');
  expect(kindOf([{ key: 'mlflow.prompt.is_prompt', value: 'no' }])).toBe('prompt');
});
